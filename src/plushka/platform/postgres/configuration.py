"""The settings of the embedded server: small machine, nothing relaxed that keeps a committed purchase."""

from pathlib import Path

MIB = 1 << 20


def memory_bytes() -> int:
    """Return the memory this machine or container may use."""
    found = int(Path("/proc/meminfo").read_text().partition("MemTotal:")[2].split()[0]) * 1024
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        found = min(found, int(text))
    return found


def render(*, socket_folder: Path, cluster_name: str, memory: int) -> str:
    """Return the text of ``plushka.conf`` for a server that shares ``memory`` bytes with Plushka itself."""
    values = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "cluster_name": cluster_name,
        # Eighteen of each web process, twenty of the worker, and the operator's: room for nine processes.
        "max_connections": "200",
        "shared_buffers": _mib(_between(64, memory // 8 // MIB, 2048)),
        "effective_cache_size": _mib(memory // 2 // MIB),
        "maintenance_work_mem": _mib(_between(32, memory // 16 // MIB, 512)),
        "work_mem": "16MB",
        "synchronous_commit": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "wal_compression": "on",
        "min_wal_size": "128MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": "log",
        # A file for each weekday, begun anew a week later: the log cannot fill the disk with age.
        "log_filename": "postgres-%a.log",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
        "log_line_prefix": "%m [%p] ",
        "log_checkpoints": "off",
        # Details quote the row that broke a rule, and rows hold phone numbers.
        "log_error_verbosity": "terse",
    }
    lines = ["# Written at every start. Your own settings go below the include in postgresql.conf."]
    lines += [f"{name} = {_quoted(value)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _mib(count: int) -> str:
    return f"{count}MB"


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))
