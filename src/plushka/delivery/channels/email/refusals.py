"""What a mail server's refusal says of an address: that nobody is there, or something that may pass.

Codes are RFC 3463's. Big providers use them for other things than it says, so what they say in words goes before.
"""

import re

PERMANENT = 500
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_NOBODY = re.compile(
    r"(?ix) no \s such \s (user|mailbox|recipient|person|address|account)"
    r"| (user|recipient|mailbox|account|address) \s (is \s)? (unknown|not \s found|disabled|closed|inactive)"
    r"| unknown \s (user|recipient|mailbox|address)"
    r"| (user|account|mailbox|address|recipient).{0,60} (does \s not|doesn'?t) \s exist"
    r"| (invalid|unrouteable|non-?existent) \s (mailbox|recipient|address|user)"
    r"| (domain|host) .{0,60} not \s found | null \s mx | recipientnotfound"
    r"| requested \s action \s not \s taken: \s mailbox \s unavailable"
    r"| recipient \s address \s rejected: \s access \s denied"
)
_POLICY = re.compile(
    r"(?i)spam|\bblock|black ?list|\brbl\b|\bpolicy|\bdmarc|\bspf\b|\bdkim|reputation|rate limit"
)
_FULL = re.compile(r"(?i)(mailbox|quota|storage).{0,40}(full|exceed)|over ?quota|not enough (disk )?space")
_OF_OURS_OR_SEVERAL = {(1, 4), (1, 7), (1, 8)}
"""What speaks of the sender's address, or of one that means several people."""
_BAD_ADDRESS = 1
_DISABLED_OR_NO_ROUTE = {(2, 1), (4, 4), (4, 310)}
_MEANS_NOBODY = {550, 551, 553}
"""Where nothing more is said."""


def kills(code: int, said: str, *, status: str = "") -> bool:
    """Tell whether a refusal means that nothing will ever get through to the address.

    ``code`` is SMTP's, 0: not known; ``said`` what the server said of it; ``status`` an enhanced code that was told
    apart.
    """
    enhanced = _enhanced_of(status) or _enhanced_of(said)
    kind = code // 100 if enhanced is None else enhanced[0]
    if kind != PERMANENT // 100 or _FULL.search(said):
        return False
    if _NOBODY.search(said):
        return True
    if enhanced is None:
        return code in _MEANS_NOBODY and not _POLICY.search(said)
    _, subject, detail = enhanced
    if subject == _BAD_ADDRESS:
        return (subject, detail) not in _OF_OURS_OR_SEVERAL
    return (subject, detail) in _DISABLED_OR_NO_ROUTE


def _enhanced_of(text: str) -> tuple[int, int, int] | None:
    """Return the first enhanced code in a text that says something: of x.0.0 the rest of the text says more."""
    for found in _ENHANCED.finditer(text):
        code = (int(found[1]), int(found[2]), int(found[3]))
        if code[1:] != (0, 0):
            return code
    return None
