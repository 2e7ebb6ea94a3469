use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::fd::AsFd;
use std::str::FromStr;

/// Whose the listening socket of a process is: `NEXUS_LISTENER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Listener {
    /// `own`: the process opens it.
    #[default]
    Own,
    /// `stdin`: whoever started the process keeps it, and handed it over as standard input. It outlives the process, and
    /// connections wait in it meanwhile.
    Inherited,
}

impl FromStr for Listener {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "own" => Ok(Self::Own),
            "stdin" => Ok(Self::Inherited),
            _ => Err("own or stdin".to_owned()),
        }
    }
}

impl Listener {
    /// The socket, ready for an asynchronous runtime.
    ///
    /// # Errors
    /// The operating system's, and when standard input is no socket.
    pub fn open(self, address: SocketAddr) -> io::Result<TcpListener> {
        let listener = match self {
            Self::Own => TcpListener::bind(address)?,
            Self::Inherited => TcpListener::from(io::stdin().as_fd().try_clone_to_owned()?),
        };
        listener.local_addr()?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_own_unless_it_is_said() {
        assert_eq!(Listener::default(), Listener::Own);
        assert_eq!("stdin".parse(), Ok(Listener::Inherited));
        assert!("systemd".parse::<Listener>().is_err());
        let own = Listener::Own.open(([127, 0, 0, 1], 0).into()).unwrap();
        assert_ne!(own.local_addr().unwrap().port(), 0);
    }
}
