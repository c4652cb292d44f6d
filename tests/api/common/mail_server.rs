//! A mail server that keeps what it takes (SMTP, RFC 5321), in clear or over TLS from the first byte on.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub to: String,
    pub text: String,
}

/// It goes on until the process ends.
#[derive(Clone)]
pub struct MailServer {
    pub port: u16,
    taken: Arc<Mutex<Vec<Mail>>>,
    refusal: Arc<Mutex<Option<&'static str>>>,
}

impl MailServer {
    /// In clear.
    pub fn start() -> Self {
        Self::answering(|stream, server| server.talk(stream))
    }

    /// Over TLS, with a certificate and its key.
    pub fn over_tls((certificate, key): &(String, String)) -> Self {
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap());
        Self::answering(move |stream, server| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            server.talk(StreamOwned::new(connection, stream))
        })
    }

    fn answering(talk: impl Fn(TcpStream, &Self) -> std::io::Result<()> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = Self { port, taken: Arc::default(), refusal: Arc::default() };
        let own = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // Whoever hangs up is not served, and nobody else is the worse for it.
                talk(stream, &own).unwrap_or_default();
            }
        });
        server
    }

    fn talk(&self, stream: impl Read + Write) -> std::io::Result<()> {
        let mut stream = BufReader::new(stream);
        let mut to = String::new();
        say(&mut stream, "220 ready")?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let word = line.split([' ', '\r']).next().unwrap_or_default().to_ascii_uppercase();
            match word.as_str() {
                "RCPT" => {
                    to = line.trim().trim_start_matches("RCPT TO:<").trim_end_matches('>').to_owned();
                    let refusal = *self.refusal.lock().unwrap();
                    say(&mut stream, refusal.unwrap_or("250 good"))?;
                }
                "DATA" => {
                    say(&mut stream, "354 go on")?;
                    let mut text = String::new();
                    while !text.ends_with("\r\n.\r\n") {
                        stream.read_line(&mut text)?;
                    }
                    self.taken.lock().unwrap().push(Mail { to: to.clone(), text });
                    say(&mut stream, "250 taken")?;
                }
                "QUIT" => return say(&mut stream, "221 bye"),
                _ => say(&mut stream, "250 good")?,
            }
        }
    }

    /// Refuses every recipient by these words, or none any more.
    pub fn refuse(&self, words: Option<&'static str>) {
        *self.refusal.lock().unwrap() = words;
    }

    /// Everything that it has taken since it was last asked.
    pub fn taken(&self) -> Vec<Mail> {
        std::mem::take(&mut self.taken.lock().unwrap())
    }
}

fn say(stream: &mut BufReader<impl Read + Write>, line: &str) -> std::io::Result<()> {
    let stream = stream.get_mut();
    stream.write_all(format!("{line}\r\n").as_bytes())?;
    stream.flush()
}
