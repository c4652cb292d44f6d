//! The real program on a real data directory: set up, served as a child process, spoken to over HTTP.

use std::cell::OnceCell;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Raw, TestDatabase, private_directory};

/// A start that is refused is refused at once; a server that starts instead is ended.
const LONGEST_START: Duration = Duration::from_secs(60);
const PROGRAM: &str = env!("CARGO_BIN_EXE_waystation");
/// What users that are made for a test log in with.
pub const PASSWORD: &str = "four quiet herons at dusk";

/// A network on the disk, whether it is served or not.
pub struct Installation {
    directory: TempDir,
    database: Place,
    administrator: String,
    /// The password of a second administrator, once there has to be one.
    second: OnceCell<String>,
}

/// Where its database is.
enum Place {
    /// In its directory.
    File,
    /// On the server that the tests run on.
    Suite(TestDatabase),
    /// Where this `DATABASE_URL` says.
    At(String),
}

/// A running server; killed at the end, if not before.
pub struct Server {
    child: Child,
    address: String,
}

/// Requests over one connection with one token.
#[derive(Clone)]
pub struct Wire {
    agent: ureq::Agent,
    address: String,
    token: Option<String>,
}

/// What came back over the wire.
pub struct Told {
    pub status: u16,
    pub request: String,
    pub etag: String,
    pub body: Value,
    /// The same as text.
    pub text: String,
}

impl Installation {
    /// `waystation init`.
    pub fn set_up() -> Self {
        Self::initialized(Self::suite())
    }

    /// An empty directory, and on PostgreSQL an empty database.
    pub fn bare() -> Self {
        Self::on(Self::suite())
    }

    fn suite() -> Place {
        let database = TestDatabase::empty();
        if database.is_postgres() { Place::Suite(database) } else { Place::File }
    }

    /// `waystation init` in the database of this address.
    pub fn set_up_at(address: String) -> Self {
        Self::initialized(Place::At(address))
    }

    /// A directory, and nothing in it yet.
    pub fn nothing_yet() -> Self {
        Self::on(Place::File)
    }

    fn on(database: Place) -> Self {
        Self {
            directory: private_directory(),
            database,
            administrator: String::new(),
            second: OnceCell::new(),
        }
    }

    fn initialized(database: Place) -> Self {
        let mut new = Self::on(database);
        let output = new.program(&["init"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        new.administrator = told_password(output);
        new
    }

    /// `waystation init` with a file, also where the tests run on PostgreSQL.
    pub fn set_up_on_file() -> Self {
        Self::initialized(Place::File)
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A path in its directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// The program with a command, for a test to run or to give variables to.
    pub fn program(&self, arguments: &[&str]) -> Command {
        self.program_by(&[], arguments)
    }

    /// The program, started by another one that changes what it starts with.
    pub fn program_by(&self, starter: &[&str], arguments: &[&str]) -> Command {
        let whole = [starter, &[PROGRAM], arguments].concat();
        let mut command = self.command(Command::new(whole[0]));
        command.args(&whole[1..]);
        command
    }

    /// `waystation serve`, until it answers.
    pub fn serve(&self) -> Server {
        self.serve_by(&[])
    }

    /// The same with variables, each as `NAME=VALUE`.
    pub fn serve_with(&self, variables: &[&str]) -> Server {
        self.serve_by(&[&["env"], variables].concat())
    }

    /// Splits the root key, and gives the text of each share.
    pub fn split(&self, threshold: usize, shares: usize) -> Vec<String> {
        let directory = tempfile::tempdir_in(self.directory.path()).unwrap();
        let (threshold, shares) = (threshold.to_string(), shares.to_string());
        let output = directory.path().join("shares");
        let arguments =
            ["key", "split", "--threshold", &threshold, "--shares", &shares, "--by", "admin", "--output"];
        let done = self.run(&[&arguments[..], &[output.to_str().unwrap()]].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let mut files: Vec<_> =
            std::fs::read_dir(&output).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| share_on(&std::fs::read_to_string(file).unwrap())).collect()
    }

    /// The same under a limit to the size of every file it writes, in KiB.
    pub fn serve_with_small_disk(&self, kibibytes: u64) -> Server {
        let script = format!("trap '' XFSZ; ulimit -f {kibibytes}; exec \"$0\" \"$@\"");
        self.serve_by(&["bash", "-c", &script])
    }

    /// The same, started by another program.
    pub fn serve_by(&self, starter: &[&str]) -> Server {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let mut command = self.program_by(starter, &["serve", "--listen", &address]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = Server { child, address };
        server.wait();
        server
    }

    /// With no variable of whoever runs the tests.
    fn command(&self, mut command: Command) -> Command {
        command.env_clear().env("WAYSTATION_DATA", self.directory.path()).env("WAYSTATION_LOG", "error");
        // What asks for second factors says so, by `env -u`.
        command.env("WAYSTATION_ALLOW_PASSWORD_ALONE", "1");
        // Its users read as fast as they are answered.
        command.env("WAYSTATION_READING_BUDGET", "1000000,1000000");
        command.env("PATH", "/usr/bin:/bin");
        match &self.database {
            Place::File => &mut command,
            Place::Suite(database) => command.env("DATABASE_URL", database.connection_string()),
            Place::At(address) => command.env("DATABASE_URL", address),
        };
        command
    }

    /// Whether it is on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        !matches!(self.database, Place::File)
    }

    /// The database past all doors.
    pub fn raw(&self) -> Raw {
        match &self.database {
            Place::File => Raw::sqlite(&self.directory.path().join("waystation.db")),
            Place::Suite(database) => database.raw(),
            Place::At(address) => Raw::postgres(address),
        }
    }

    /// The newest checkpoint as the server keeps it outside the database.
    pub fn kept_checkpoint(&self) -> String {
        let name = if self.is_postgres() { "log-checkpoint" } else { "waystation.db.log-checkpoint" };
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// What the administrator logs in with.
    pub fn credentials(&self) -> Value {
        json!({"username": "admin", "password": self.administrator})
    }

    /// Makes a hub and `count` caseworkers in it; the hub, and each one's token.
    pub fn caseworkers(&self, server: &Server, count: usize) -> (String, Vec<String>) {
        let administrator = self.administrator(server);
        let hub = administrator
            .send("POST", "/v1/hubs", None, &json!({"name": "Kunming", "country": "CHN"}))
            .unwrap();
        assert_eq!(hub.status, 201, "{}", hub.body);
        let hub = hub.body["id"].as_str().unwrap().to_owned();
        let tokens = (0..count).map(|number| {
            let username = format!("heron{number}");
            self.let_in(&administrator, server, &username, "caseworker", &[&hub]);
            server.token_of(&username)
        });
        let tokens = tokens.collect();
        (hub, tokens)
    }

    /// Requests of the administrator.
    pub fn administrator(&self, server: &Server) -> Wire {
        server.log_in("admin", &self.administrator)
    }

    /// Makes a user of this role; their token.
    pub fn user(&self, server: &Server, username: &str, role: &str, hubs: &[&str]) -> String {
        self.let_in(&self.administrator(server), server, username, role, hubs);
        server.token_of(username)
    }

    /// Lets a user in, by two administrators, with the password of all who are made for a test; their id.
    pub fn let_in(
        &self,
        administrator: &Wire,
        server: &Server,
        username: &str,
        role: &str,
        hubs: &[&str],
    ) -> String {
        let user = json!({"username": username, "role": role, "hubs": hubs});
        let asked = told(administrator.send("POST", "/v1/users", None, &user), 201);
        let second = self.second.get_or_init(|| {
            let output = self.run(&["user", "add", "second", "--role", "administrator"]);
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            told_password(output)
        });
        let second = server.log_in("second", second);
        let decision = format!("/v1/grants/{}/decision", asked["grant"]["id"].as_str().unwrap());
        let given = told(second.send("POST", &decision, None, &json!({"approve": true})), 200);
        let chosen = json!({"username": username, "code": given["activation_code"], "password": PASSWORD});
        told(server.wire(None).send("POST", "/v1/activations", None, &chosen), 204);
        asked["id"].as_str().unwrap().to_owned()
    }
}

#[track_caller]
fn told(answer: Result<Told, ureq::Error>, status: u16) -> Value {
    let answer = answer.unwrap();
    assert_eq!(answer.status, status, "{}", answer.text);
    answer.body
}

/// The password that a command has made and told.
fn told_password(output: Output) -> String {
    let told = String::from_utf8(output.stdout).unwrap();
    let line = told.lines().find(|line| line.trim_start().starts_with("password")).unwrap();
    line.split_whitespace().nth(1).unwrap().to_owned()
}

/// The share that stands on a sheet: its four lines.
pub fn share_on(sheet: &str) -> String {
    let lines = sheet.lines().skip_while(|line| !line.starts_with("wayshare1"));
    lines.take(4).collect::<Vec<_>>().join("\n")
}

/// Runs a command on lines that a person would type, and gives what it printed.
#[track_caller]
pub fn typed(command: &mut Command, lines: &str) -> Output {
    use std::io::Write as _;
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // It may have refused before it read anything.
    drop(child.stdin.take().unwrap().write_all(lines.as_bytes()));
    child.wait_with_output().unwrap()
}

/// Runs what must be refused: it ends with 1, and says why in one line.
#[track_caller]
pub fn refusal(command: &mut Command) -> String {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if started.elapsed() > LONGEST_START {
            child.kill().unwrap();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    let line = told.strip_prefix("error: ").and_then(|rest| rest.strip_suffix('\n'));
    let line = line.filter(|line| !line.contains('\n'));
    line.unwrap_or_else(|| panic!("one line, and in it what is wrong: {told}")).to_owned()
}

impl Server {
    /// Requests with a token.
    pub fn wire(&self, token: Option<&str>) -> Wire {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Wire { agent, address: self.address.clone(), token: token.map(str::to_owned) }
    }

    /// A new token of a user who was made for a test; one is good for ten minutes.
    pub fn token_of(&self, username: &str) -> String {
        self.log_in(username, PASSWORD).token.unwrap()
    }

    /// Requests of a user with this password.
    pub fn log_in(&self, username: &str, password: &str) -> Wire {
        let credentials = json!({"username": username, "password": password});
        let answer = self.wire(None).send("POST", "/v1/sessions", None, &credentials).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.body);
        self.wire(answer.body["access_token"].as_str())
    }

    fn wait(&self) {
        let started = Instant::now();
        while self.wire(None).send("GET", "/health", None, &Value::Null).is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "the server does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What `/ready` answers.
    pub fn ready(&self) -> u16 {
        self.wire(None).send("GET", "/ready", None, &Value::Null).map_or(0, |answer| answer.status)
    }

    /// Waits until `/ready` answers this.
    #[track_caller]
    pub fn wait_for_ready(&self, status: u16) {
        let started = Instant::now();
        while self.ready() != status {
            assert!(started.elapsed() < Duration::from_secs(30), "/ready does not answer {status}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Hands in a share.
    pub fn hand_in(&self, share: &str) -> Told {
        self.wire(None).send("POST", "/v1/unseal", None, &json!({"share": share})).unwrap()
    }

    /// Hands in what is enough, and waits until it is open.
    #[track_caller]
    pub fn open_with(&self, shares: &[String]) {
        for share in shares {
            let told = self.hand_in(share);
            assert_eq!(told.status, 200, "{}", told.text);
        }
        self.wait_for_ready(200);
    }

    /// Sends a signal, by its name.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.process().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its process id.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM: it ends what it is at, and then itself.
    pub fn stop(mut self) {
        let told = Command::new("sh").args(["-c", &format!("kill {}", self.process())]).status().unwrap();
        assert!(told.success());
        assert!(self.child.wait().unwrap().success());
    }

    /// Whether the process still runs.
    pub fn lives(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Wire {
    /// One request; an error is a server that is gone, and then nothing was acknowledged.
    pub fn send(
        &self,
        method: &str,
        path: &str,
        if_match: Option<&str>,
        body: &Value,
    ) -> Result<Told, ureq::Error> {
        let mut request =
            ureq::http::Request::builder().method(method).uri(format!("http://{}{path}", self.address));
        if let Some(token) = &self.token {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        match if_match {
            Some("new") => request = request.header("If-None-Match", "*"),
            Some(etag) => request = request.header("If-Match", etag),
            None => {}
        }
        let mut response = if body.is_null() {
            self.agent.run(request.body(()).unwrap())?
        } else {
            let request = request.header("Content-Type", "application/json");
            self.agent.run(request.body(body.to_string()).unwrap())?
        };
        let header = |name: &str| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (status, request, etag) = (response.status().as_u16(), header("x-request-id"), header("etag"));
        let text = String::from_utf8_lossy(&response.body_mut().read_to_vec()?).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Told { status, request, etag, body, text })
    }
}
