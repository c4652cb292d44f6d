//! The witness as an HTTP service: `POST /add-checkpoint` (C2SP tlog-witness).

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::web::{self, Bytes, Data, PayloadConfig};
use actix_web::{App, HttpResponse, HttpServer};

use super::add::{Answer, BroughtBy, add_checkpoint};
use super::cosign::Refusal;
use super::request::{AddCheckpoint, LARGEST};
use super::state::State;

/// Time that a client has to send the head of a request.
const HEAD: Duration = Duration::from_secs(5);
/// Time that an idle connection is kept for the next request of the same log.
const IDLE: Duration = Duration::from_secs(75);
/// Connections at once: far more than the logs that one witness watches.
const MOST_CONNECTIONS: usize = 256;
const TEXT: &str = "text/plain; charset=utf-8";

/// What the service stands on.
pub struct Service {
    /// The witness.
    pub state: State,
    /// Seconds since 1970.
    pub now: fn() -> u64,
    /// Hears of what a person has to know: forks, and a directory that cannot be used.
    pub tell: fn(&str),
}

/// Serves on a socket; the caller runs it.
pub fn serve(service: Arc<Service>, listener: TcpListener) -> std::io::Result<Server> {
    let service = Data::from(service);
    let app = move || {
        App::new().app_data(service.clone()).app_data(PayloadConfig::new(LARGEST)).service(
            web::resource("/add-checkpoint")
                .route(web::post().to(add))
                .default_service(web::to(HttpResponse::MethodNotAllowed)),
        )
    };
    let server = HttpServer::new(app)
        .workers(1)
        .client_request_timeout(HEAD)
        .keep_alive(IDLE)
        .max_connections(MOST_CONNECTIONS)
        .h1_allow_half_closed(false)
        .listen(listener)?;
    Ok(server.run())
}

async fn add(service: Data<Service>, body: Bytes) -> HttpResponse {
    let request = match AddCheckpoint::parse(&body) {
        Ok(request) => request,
        Err(error) => return text(StatusCode::BAD_REQUEST, &error),
    };
    let (witness, origin) = (service.clone(), request.checkpoint.origin.clone());
    let decide = move || add_checkpoint(&witness.state, &request, BroughtBy::Anybody, (witness.now)());
    let failed = || HttpResponse::InternalServerError().finish();
    match web::block(decide).await {
        Ok(Ok(answer)) => {
            tell(&service, &origin, &answer);
            respond(&answer)
        }
        Ok(Err(error)) => {
            (service.tell)(&format!("nothing is cosigned: {error}"));
            failed()
        }
        Err(_stopped) => failed(),
    }
}

/// A fork is told to the person at the witness; anybody can make the other refusals happen.
fn tell(service: &Service, origin: &str, answer: &Answer) {
    if let Answer::Refused { refusal: refusal @ Refusal::OtherRoot { .. }, evidence: Some(evidence) } = answer
    {
        (service.tell)(&format!(
            "THE LOG {origin} HAS TWO HISTORIES: {refusal}. Both checkpoints are kept in {}. It is cosigned no more; see \
             `waystation audit verify --against`",
            evidence.display()
        ));
    }
}

fn respond(answer: &Answer) -> HttpResponse {
    match answer {
        Answer::Cosigned(line) => HttpResponse::Ok().content_type(TEXT).body(line.clone()),
        Answer::Refused { refusal: Refusal::Stale { size }, .. } => {
            HttpResponse::Conflict().content_type("text/x.tlog.size").body(format!("{size}\n"))
        }
        Answer::Refused { refusal, .. } => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            text(status, refusal)
        }
    }
}

fn text(status: StatusCode, what: &impl std::fmt::Display) -> HttpResponse {
    HttpResponse::build(status).content_type(TEXT).body(format!("{what}\n"))
}

#[cfg(test)]
mod tests {
    use ureq::Agent;

    use super::super::witness_tests::TestLog;
    use super::*;
    use crate::witness::WitnessKey;

    fn post(agent: &Agent, address: &str, body: &[u8]) -> (u16, String, String) {
        let mut answer = agent.post(format!("http://{address}/add-checkpoint")).send(body).unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), kind, answer.body_mut().read_to_string().unwrap())
    }

    /// Runs the service, and what asks it, on threads of their own.
    fn with_service(log: &TestLog, ask: impl FnOnce(&Agent, &str) + Send + 'static) {
        let directory = tempfile::tempdir().unwrap();
        let key = WitnessKey::new("witness.example/heron", &[7; 32]).unwrap();
        let state = State::create(directory.path(), key).unwrap();
        state.lock().unwrap().trust(&log.key()).unwrap();
        let service = Arc::new(Service { state, now: || 1_700_000_000, tell: |_| {} });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        actix_web::rt::System::new().block_on(async move {
            let server = serve(service, listener).unwrap();
            let handle = server.handle();
            let running = actix_web::rt::spawn(server);
            let agent: Agent = Agent::config_builder().http_status_as_error(false).build().into();
            let asked = tokio::task::spawn_blocking(move || ask(&agent, &address)).await;
            handle.stop(false).await;
            running.await.unwrap().unwrap();
            asked.unwrap();
        });
    }

    #[test]
    fn every_answer_has_the_status_the_type_and_the_body_of_the_specification() {
        let log = TestLog::new("log.example", 12);
        let (other, fork) = (TestLog::new("other.example", 3), log.forked_at(6));
        let brought = log.clone();
        with_service(&log, move |agent, address| {
            let log = brought;
            let ask = |request: &AddCheckpoint| post(agent, address, request.to_string().as_bytes());
            let (status, kind, line) = ask(&log.request(0, 8));
            assert_eq!((status, kind.as_str()), (200, TEXT));
            assert!(line.starts_with("\u{2014} witness.example/heron ") && line.ends_with('\n'), "{line}");
            assert_eq!(line.lines().count(), 1);
            let stale = (409, "text/x.tlog.size".to_owned(), "8\n".to_owned());
            assert_eq!(ask(&log.request(0, 12)), stale);
            assert_eq!(ask(&log.request(4, 4)), stale, "an older one, too");
            let status = |answer: (u16, String, String)| {
                assert_eq!(answer.1, TEXT, "{answer:?}");
                answer.0
            };
            assert_eq!(status(ask(&other.request(0, 3))), 404);
            let unsigned = log.request(8, 12).to_string().replace("\u{2014} log.example", "\u{2014} l");
            assert_eq!(status(post(agent, address, unsigned.as_bytes())), 403);
            assert_eq!(status(ask(&AddCheckpoint { old: 9, ..log.request(8, 8) })), 400);
            assert_eq!(status(post(agent, address, b"old 0\n")), 400);
            assert_eq!(status(ask(&fork.request(8, 12))), 422);
            assert_eq!(ask(&log.request(8, 12)).0, 200);
            let (status_of_fork, kind, text) = ask(&fork.request(12, 12));
            assert_eq!((status_of_fork, kind.as_str()), (409, TEXT));
            assert!(text.contains("two different roots of 12"), "{text}");
            assert_eq!(status(ask(&log.request(12, 12))), 403, "no more, after a fork");
        });
    }

    #[test]
    fn nothing_else_is_served_and_nothing_large_is_read() {
        let log = TestLog::new("log.example", 1);
        with_service(&log, |agent, address| {
            let get =
                |path: &str| agent.get(format!("http://{address}{path}")).call().unwrap().status().as_u16();
            assert_eq!((get("/"), get("/add-checkpoint"), get("/metrics")), (404, 405, 404));
            let large = agent.post(format!("http://{address}/add-checkpoint")).send(vec![b'a'; LARGEST + 1]);
            assert_eq!(large.unwrap().status().as_u16(), 413);
        });
    }
}
