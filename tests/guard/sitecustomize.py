"""Makes any try to reach a remote host fail, in the test process and, through PYTHONPATH, in what it starts."""

import ipaddress
import sys


def _is_remote(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or name in ("", "localhost"):
        return False
    try:
        return not ipaddress.ip_address(name).is_loopback
    except ValueError:
        return True  # a name that would have to be looked up


def _refuse_remote_hosts(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) and address else ""
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    else:
        return
    if _is_remote(host):
        raise ConnectionRefusedError(f"tests reach no remote host, and this one tried {host!r}")


sys.addaudithook(_refuse_remote_hosts)
