"""Network addresses of those who ask: by what they are counted, which are this machine's own, and which anybody's."""

from ipaddress import IPv4Address, IPv6Address, ip_address

_OWN_BITS = 64
"""Of an IPv6 address: whoever has one has all of its /64."""


def network_of(host: str) -> str:
    """Return what a client is counted by: its IPv4 address, or the /64 of its IPv6 address.

    What is no address (some proxies write ``unknown``) is counted as it is.
    """
    match _address(host):
        case IPv6Address() as address:
            return f"{IPv6Address(int(address) >> _OWN_BITS << _OWN_BITS)}/{_OWN_BITS}"
        case IPv4Address() as address:
            return str(address)
        case None:
            return host


def is_loopback(host: str) -> bool:
    """Tell whether nobody but this machine can be, or be reached, at ``host``."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def is_public(host: str) -> bool:
    """Tell whether an address is of the public internet: neither this machine's, nor of a network of one's own."""
    address = _address(host)
    return (
        address is not None and address.is_global and not address.is_multicast and not _is_translated(address)
    )


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_translated(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address of IPv6 leads to one of IPv4 on the way (NAT64, 6to4), which may be an inner one."""
    return isinstance(address, IPv6Address) and (
        address.sixtofour is not None or address.packed[:4] == b"\0d\xff\x9b"
    )
