//! Which ports to use, and who is in the way.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context, Result, bail};

/// The socket the world sees. Its address must be the one asked for, so a busy port is an error.
pub fn public(listen: IpAddr, port: u16) -> Result<TcpListener> {
    let address = SocketAddr::new(listen, port);
    match TcpListener::bind(address) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            let who = holder(port)
                .map(|who| format!(" by {who}"))
                .unwrap_or_default();
            bail!(
                "port {port} is in use{who}.\n  Stop that, or choose another: nexus up --port {} (or NEXUS_PORT)",
                port.wrapping_add(10)
            )
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address}")),
    }
}

/// An address only this machine's processes use: the wished port when it is free, any other when not.
pub fn inner(wish: u16, taken: &[SocketAddr]) -> Result<SocketAddr> {
    let address = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    if !taken.contains(&address(wish)) && TcpListener::bind(address(wish)).is_ok() {
        return Ok(address(wish));
    }
    let free = TcpListener::bind(address(0)).context("no free port on 127.0.0.1")?;
    Ok(free.local_addr()?)
}

/// The process that listens on a port, as `name (process 123)`, where the operating system tells us.
pub fn holder(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|path| fs::read_to_string(path).unwrap_or_default());
    let inode = tables
        .iter()
        .find_map(|table| listening_inode(table, port))?;
    let socket = format!("socket:[{inode}]");
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let numbered =
        processes.filter(|entry| entry.file_name().to_string_lossy().parse::<u32>().is_ok());
    let owner = numbered.map(|entry| entry.path()).find(|process| {
        let files = fs::read_dir(process.join("fd"))
            .into_iter()
            .flatten()
            .flatten();
        files
            .map(|file| fs::read_link(file.path()))
            .any(|link| link.is_ok_and(|link| link.as_os_str() == socket.as_str()))
    })?;
    let name = fs::read_to_string(owner.join("comm")).ok()?;
    Some(format!(
        "{} (process {})",
        name.trim(),
        owner.file_name()?.to_str()?
    ))
}

/// The columns: `sl local_address rem_address st … inode`; state 0A is LISTEN.
fn listening_inode(table: &str, port: u16) -> Option<&str> {
    let wanted = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(3) == Some(&"0A") && fields.get(1)?.ends_with(&wanted);
        listens.then(|| fields.get(9).copied()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_port_is_named_with_its_holder_and_a_way_out() {
        let busy = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = busy.local_addr().unwrap().port();
        let error = public(Ipv4Addr::LOCALHOST.into(), port)
            .unwrap_err()
            .to_string();
        assert!(error.contains(&format!("port {port} is in use")), "{error}");
        assert!(
            error.contains(&format!("(process {})", std::process::id())),
            "{error}"
        );
        assert!(error.contains("NEXUS_PORT"), "{error}");
    }

    #[test]
    fn an_inner_port_gives_way() {
        let busy = TcpListener::bind("127.0.0.1:0").unwrap();
        let taken = busy.local_addr().unwrap();
        let other = inner(taken.port(), &[]).unwrap();
        assert_ne!(other, taken);
        assert_ne!(inner(other.port(), &[other]).unwrap(), other);
    }
}
