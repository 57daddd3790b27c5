"""Where the messengers that are none answer."""

HOST = "127.0.0.1"
TELEGRAM_PREFIX = "/telegram"
MAX_PREFIX = "/max"
VK_PREFIX = "/vk"


def messengers_of(port: int, public_url: str) -> dict[str, str]:
    """Return the settings with which bots speak to the messengers of this process instead of the real ones."""
    return {
        "PLUSHKA_TELEGRAM_API": f"http://{HOST}:{port}{TELEGRAM_PREFIX}",
        "PLUSHKA_MAX_API": f"http://{HOST}:{port}{MAX_PREFIX}",
        "PLUSHKA_VK_API": f"http://{HOST}:{port}{VK_PREFIX}",
        "PLUSHKA_PUBLIC_URL": public_url,
    }
