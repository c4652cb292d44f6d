//! A client that costs little: HTTP/1.1 with keep-alive, one request at a time, nothing copied.
//!
//! It shares its cores with the server that it measures. It understands what our server sends and no
//! more: a status, a `Content-Length`, an `ETag`. Nothing here knows what is asked.

use std::io::{self, Error, ErrorKind};
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// More than any head that our server sends.
const LARGEST_HEAD: usize = 16 * 1024;

/// One request, as it goes over the wire.
pub struct Request {
    bytes: Vec<u8>,
}

impl Request {
    /// With the caller's token, further headers, and a body where there is one.
    pub fn new(
        method: &str,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Self {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        let authorization = token.map(|token| format!("Bearer {token}"));
        let length = body.map(|body| body.len().to_string());
        let own = [
            ("Authorization", authorization.as_deref()),
            ("Content-Type", body.map(|_| "application/json")),
            ("Content-Length", length.as_deref()),
        ];
        let own = own.iter().filter_map(|(name, value)| value.map(|value| (*name, value)));
        for (name, value) in own.chain(headers.iter().copied()) {
            text.push_str(name);
            text.push_str(": ");
            text.push_str(value);
            text.push_str("\r\n");
        }
        text.push_str("\r\n");
        text.push_str(body.unwrap_or_default());
        Self { bytes: text.into_bytes() }
    }

    /// What goes over the wire.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// An answer, still in the connection's buffer.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer<'c> {
    /// The status.
    pub status: u16,
    /// The version, as `If-Match` wants it back.
    pub etag: Option<&'c str>,
    /// The body.
    pub body: &'c [u8],
}

/// One connection, kept open.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    /// Connects.
    pub async fn open(server: SocketAddr) -> io::Result<Self> {
        Self::over(TcpStream::connect(server).await?)
    }

    /// Connects from one of this machine's addresses.
    pub async fn open_from(source: IpAddr, server: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((source, 0).into())?;
        Self::over(socket.connect(server).await?)
    }

    fn over(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, received: Vec::with_capacity(32 * 1024) })
    }

    /// Sends, and reads the whole answer.
    pub async fn send(&mut self, request: &Request) -> io::Result<Answer<'_>> {
        self.received.clear();
        self.stream.write_all(request.as_bytes()).await?;
        let (head, body_start) = loop {
            match parse_head(&self.received)? {
                Some(parsed) => break parsed,
                None => self.receive().await?,
            }
        };
        let end = body_start + head.length;
        while self.received.len() < end {
            self.receive().await?;
        }
        if self.received.len() > end {
            return Err(broken("more was sent than the head of the answer says"));
        }
        let etag = head.etag.map(|(from, to)| &self.received[from..to]);
        let etag = etag.map(|etag| std::str::from_utf8(etag).map_err(|_| broken("an ETag is not text")));
        Ok(Answer { status: head.status, etag: etag.transpose()?, body: &self.received[body_start..end] })
    }

    async fn receive(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err(Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
            _ => Ok(()),
        }
    }
}

/// What the head of an answer says.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// The status.
    pub status: u16,
    /// Bytes of the body.
    pub length: usize,
    /// Where in the head the `ETag` stands.
    pub etag: Option<(usize, usize)>,
}

/// The head and where the body begins, once the head is complete.
pub fn parse_head(received: &[u8]) -> io::Result<Option<(Head, usize)>> {
    let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") else {
        return if received.len() > LARGEST_HEAD { Err(broken("the head has no end")) } else { Ok(None) };
    };
    let text = std::str::from_utf8(&received[..end]).map_err(|_| broken("the head is not text"))?;
    let mut lines = text.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
    let status: u16 = status.ok_or_else(|| broken("the first line has no status"))?;
    let mut length = matches!(status, 204 | 304).then_some(0);
    let mut etag = None;
    let mut start = first.len() + 2;
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(|| broken("a header has no colon"))?;
        let trimmed = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            length = Some(trimmed.parse().map_err(|_| broken("Content-Length is not a number"))?);
        } else if name.eq_ignore_ascii_case("etag") {
            let from = start + name.len() + 1 + (value.len() - value.trim_start().len());
            etag = Some((from, from + trimmed.len()));
        }
        start += line.len() + 2;
    }
    let length = length.ok_or_else(|| broken("the answer does not say how long its body is"))?;
    Ok(Some((Head { status, length, etag }, end + 4)))
}

fn broken(what: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, what)
}
