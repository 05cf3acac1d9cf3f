"""A private SLURM on one machine, from Debian's packages, that touches nothing of the system's own.

    apt-get install -y --no-install-recommends slurmctld slurmd slurm-client munge

Own key, own sockets, own ports, own state, all in one folder that goes afterwards. Needs root, because slurmd starts
jobs as other users and munged runs as its own. Up in about a second.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PROGRAMS = ("slurmctld", "slurmd", "sbatch", "squeue", "sinfo", "munged", "runuser")
_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_CONFIGURATION = """\
ClusterName=nociscope
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={root}/munge/socket
CredType=cred/munge
StateSaveLocation={root}/state
SlurmdSpoolDir={root}/spool
SlurmctldPidFile={root}/slurmctld.pid
SlurmdPidFile={root}/slurmd.pid
SlurmctldLogFile={root}/slurmctld.log
SlurmdLogFile={root}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=2
MpiDefault=none
DefMemPerCPU=200
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def why_not() -> str:
    """What is lacking; empty where a controller can be brought up."""
    if lacking := [name for name in PROGRAMS if shutil.which(name, path=_PATH) is None]:
        return f"no {', '.join(lacking)}: apt-get install slurmctld slurmd slurm-client munge"
    return "" if os.geteuid() == 0 else "a private SLURM needs root"


@contextlib.contextmanager
def private_slurm() -> Iterator[dict[str, str]]:
    """Bring a controller up and yield the environment in which sbatch finds it; take it down again."""
    root = Path(tempfile.mkdtemp(prefix="slurm-"))
    root.chmod(0o755)
    environment = os.environ | {"SLURM_CONF": str(root / "slurm.conf"), "PATH": _PATH}
    try:
        _munge(root, environment)
        for name in ("state", "spool"):
            (root / name).mkdir()
        host = socket.gethostname().split(".")[0]
        text = _CONFIGURATION.format(root=root, host=host, ports=_free_ports(2))
        (root / "slurm.conf").write_text(text)
        for daemon in (["slurmctld", "-c"], ["slurmd"]):
            _call(daemon, environment)
        _wait_for_node(environment, root)
        yield environment
    finally:
        for name in ("slurmd.pid", "slurmctld.pid", "munge/pid"):
            _stop(root / name)
        shutil.rmtree(root, ignore_errors=True)


def _munge(root: Path, environment: dict[str, str]) -> None:
    folder = root / "munge"
    folder.mkdir(mode=0o755)
    key = folder / "key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o400)
    for path in (folder, key):
        shutil.chown(path, "munge", "munge")
    options = {"socket": "socket", "key-file": "key", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
    words = [f"--{option}={folder / name}" for option, name in options.items()]
    _call(["runuser", "-u", "munge", "--", "munged", *words], environment)


def _free_ports(n: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _call(words: list[str], environment: dict[str, str]) -> str:
    # daemons inherit the pipes and never close them: files do not make us wait
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(words, env=environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL, check=False)
        said.seek(0)
        text = said.read()
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {text}")
    return text


def _wait_for_node(environment: dict[str, str], root: Path, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with contextlib.suppress(RuntimeError):
            if any(state in _call(["sinfo", "-h", "-o", "%T"], environment) for state in ("idle", "mixed")):
                return
        time.sleep(0.2)
    logs = "".join(p.read_text(errors="replace")[-1500:] for p in sorted(root.glob("*.log")))
    raise RuntimeError(f"the node did not come up in {seconds} s: {logs}")


def _stop(pid_file: Path, seconds: float = 10) -> None:
    """End the one process that the pid file names."""
    try:
        pid = int(pid_file.read_text())
        os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            os.kill(pid, 0)
            time.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
    except (OSError, ValueError):
        return
