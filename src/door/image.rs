//! Puts a fresh image of the program in the place of the running one: the kernel takes away all of its memory and threads at
//! once, keys or not, and the process goes on, sealed, with the same id and the same listening socket.
//!
//! The socket is handed on as standard input, so that nothing is refused meanwhile: whoever connects waits in its queue.

use std::convert::Infallible;
use std::ffi::OsString;
use std::net::TcpListener;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::config::Config;
use crate::crypto::RootKeySource;

/// The option of `serve` by which the new image knows what it is.
pub const FLAG: &str = "--after-sealing";

/// Gives the process to a new image. There is no way back: what returns is why it could not be done.
pub fn replace(config: &Config, listener: TcpListener) -> std::io::Result<Infallible> {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_else(|| OsString::from("waystation"));
    let mut command = Command::new(program()?);
    command.arg0(name).args(arguments.filter(|argument| argument != FLAG)).arg(FLAG);
    if let RootKeySource::Environment(variable) = &config.root_key {
        // The environment is memory too.
        command.env(variable, "sealed");
    }
    command.stdin(Stdio::from(OwnedFd::from(listener)));
    Err(command.exec())
}

/// The file that runs, and not what an upgrade has put in its place meanwhile.
fn program() -> std::io::Result<PathBuf> {
    if cfg!(target_os = "linux") { Ok(PathBuf::from("/proc/self/exe")) } else { std::env::current_exe() }
}

/// The socket that the image before this one was listening on.
pub fn handed_on() -> std::io::Result<TcpListener> {
    let listener = TcpListener::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    // Tells at once when it is none.
    listener.local_addr()?;
    Ok(listener)
}
