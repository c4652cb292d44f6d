//! A PostgreSQL server of a test's own, which others reach over TLS alone; it goes when the test ends.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Authority, Raw, setting, skipped};

/// It holds what an address must write as `%XX`.
pub const PASSWORD: &str = "four: quiet/herons@dusk?";
const PASSWORD_IN_URL: &str = "four%3A%20quiet%2Fherons%40dusk%3F";

/// A running server.
pub struct Cluster {
    directory: TempDir,
    programs: Programs,
    host: String,
    port: u16,
    authority: PathBuf,
}

impl Cluster {
    /// A server with a certificate for `host`; `None`, said aloud, where no PostgreSQL is installed.
    pub fn with_tls(host: &str) -> Option<Self> {
        let programs = Programs::find()?;
        let directory = tempfile::tempdir().unwrap();
        // The server may run as another user.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let authority = Authority::new("Shelter authority");
        let new = Self {
            authority: directory.path().join("authority.pem"),
            directory,
            programs,
            host: host.to_owned(),
            port,
        };
        fs::write(&new.authority, authority.certificate()).unwrap();
        let data = new.path("data");
        fs::create_dir(&data).unwrap();
        new.programs.give(&data);
        let password = new.path("password");
        fs::write(&password, PASSWORD).unwrap();
        let [data, password] = [&data, &password].map(|path| path.to_str().unwrap());
        let options = ["-U", "waystation", "--auth=scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync"];
        new.programs.run("initdb", &[&["-D", data, "--pwfile", password][..], &options].concat());
        new.write_configuration(&authority.certify(host));
        new.control("start");
        Some(new)
    }

    fn write_configuration(&self, (certificate, key): &(String, String)) {
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {}\nunix_socket_directories = ''\nssl = on\n",
            self.port
        );
        self.add("data/postgresql.conf", &settings);
        fs::write(self.path("data/pg_hba.conf"), "hostssl all all 127.0.0.1/32 scram-sha-256\n").unwrap();
        fs::write(self.path("data/server.crt"), certificate).unwrap();
        let path = self.path("data/server.key");
        fs::write(&path, key).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        self.programs.give(&path);
    }

    /// From now on the server speaks no TLS, as somebody would who answers in its place.
    pub fn drop_tls(&self) {
        self.add("data/postgresql.conf", "ssl = off\n");
        fs::write(self.path("data/pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n").unwrap();
        self.control("restart");
    }

    /// An address by a name that no resolver knows, so that the network plays no part.
    pub fn address(&self, host: &str, parameters: &str) -> String {
        self.address_for(&format!("waystation:{PASSWORD_IN_URL}"), host, parameters)
    }

    fn address_for(&self, login: &str, host: &str, parameters: &str) -> String {
        format!("postgres://{login}@{host}:{}/postgres?hostaddr=127.0.0.1&{parameters}", self.port)
    }

    /// The same without the password.
    pub fn verified_without_password(&self) -> String {
        self.address_for("waystation", &self.host, &Self::verified_by(&self.authority))
    }

    /// The parameters of a link that is verified against this authority.
    pub fn verified_by(authority: &Path) -> String {
        format!("sslmode=verify-full&sslrootcert={}", authority.display())
    }

    /// The address as `docs/OPERATIONS.md` tells to write it.
    pub fn verified(&self) -> String {
        self.address(&self.host, &Self::verified_by(&self.authority))
    }

    /// The file of the authority that certified the server.
    pub fn authority(&self) -> &Path {
        &self.authority
    }

    /// A path within the directory of this test.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// What the server itself says of the connections of others: `TLSv1.3`, or `plain`.
    pub fn links(&self) -> Vec<String> {
        let sql = "SELECT CASE WHEN ssl THEN version ELSE 'plain' END AS t
                   FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                   WHERE usename = 'waystation' AND pid <> pg_backend_pid()";
        Raw::postgres(&self.verified()).texts(sql)
    }

    fn add(&self, file: &str, text: &str) {
        let path = self.path(file);
        let before = fs::read_to_string(&path).unwrap();
        fs::write(&path, before + text).unwrap();
    }

    fn control(&self, action: &str) {
        let [data, log] = [self.path("data"), self.path("data/log")];
        self.programs.run(
            "pg_ctl",
            &["-D", data.to_str().unwrap(), "-l", log.to_str().unwrap(), "-m", "immediate", "-w", action],
        );
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.path("data");
        drop(
            self.programs
                .command("pg_ctl")
                .args(["-D", data.to_str().unwrap(), "-m", "immediate", "stop"])
                .stdout(Stdio::null())
                .status(),
        );
    }
}

/// The programs of PostgreSQL's server, which refuse to run as root.
struct Programs {
    folder: PathBuf,
    as_postgres: bool,
}

impl Programs {
    /// In the folder that `TEST_POSTGRES_BIN` names, or where they usually are. Whoever names it wants
    /// the test made: then it fails where it would be left out otherwise.
    fn find() -> Option<Self> {
        let named = setting("TEST_POSTGRES_BIN");
        let candidates = match &named {
            Some(folder) => vec![PathBuf::from(folder)],
            None => usual_folders(),
        };
        let as_postgres = fs::metadata("/proc/self").is_ok_and(|own| {
            use std::os::unix::fs::MetadataExt as _;
            own.uid() == 0
        });
        let found = candidates.into_iter().map(|folder| Self { folder, as_postgres }).find(Self::work);
        if found.is_none() {
            let why = "no `initdb` was found that can be run (as root, it is run as the user postgres); TEST_POSTGRES_BIN names its folder";
            assert!(named.is_none(), "{why}");
            skipped("TLS to PostgreSQL", why);
        }
        found
    }

    fn work(&self) -> bool {
        let mut command = self.command("initdb");
        let tried = command.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        tried.is_ok_and(|status| status.success())
    }

    fn command(&self, program: &str) -> Command {
        let program = self.folder.join(program);
        if !self.as_postgres {
            return Command::new(program);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    }

    /// To its end. Its output goes to files, which a server that it leaves behind does not keep open.
    fn run(&self, program: &str, arguments: &[&str]) {
        let told = tempfile::tempfile().unwrap();
        let status = self
            .command(program)
            .args(arguments)
            .current_dir("/")
            .stdout(told.try_clone().unwrap())
            .stderr(told.try_clone().unwrap())
            .status()
            .unwrap();
        if !status.success() {
            use std::io::{Read as _, Seek as _};
            let (mut told, mut text) = (told, String::new());
            told.rewind().unwrap();
            told.read_to_string(&mut text).unwrap();
            panic!("{program}: {text}");
        }
    }

    /// Makes a file or directory the server's own.
    fn give(&self, path: &Path) {
        if self.as_postgres {
            assert!(Command::new("chown").arg("postgres").arg(path).status().unwrap().success());
        }
    }
}

fn usual_folders() -> Vec<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").output();
    let told = told.ok().filter(|told| told.status.success());
    let named = told.map(|told| PathBuf::from(String::from_utf8_lossy(&told.stdout).trim()));
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    named.into_iter().chain(debian.map(|version| version.path().join("bin"))).collect()
}
