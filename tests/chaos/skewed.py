"""A process whose clock is wrong: `python -m tests.chaos.skewed --ahead -60 serve --dev`.

It's `pourqui` itself, on a machine whose clock is so many seconds ahead of the others': `bot.clock.now` before anybody takes it from there, the time
that APScheduler reads, and `time.time`, by which Slack's signatures are judged.

`--hurried` is for the short form only. It can't wait for what waits minutes by design: what is unknown is looked for after 8 s instead of two
minutes; a reply begins to be posted within 3 s or is left to the sweep, which takes over after 12 s (instead of 15 and 30: what these platforms do to
a call lasts 7 s at most); and the clock asks for both every few seconds. Nor can it read the program and its encoder anew at each of twenty starts,
which takes five seconds of CPU: it reads them once, then makes a process by `fork` for each line of its input (`tests.chaos.nursery`). What the
processes do isn't changed; the long form starts each from nothing, with the program's own figures. With a command it's that one that hurries.
"""

import ctypes
import json
import os
import signal
import sys
import time
from argparse import REMAINDER, ArgumentParser
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from adapters import port
from bot import clock
from storage import reconciling

_DOUBT, _PATIENCE, _ANSWER = timedelta(seconds=8), timedelta(seconds=12), 3.0
_EVERY = {"sweep": 4.0, "reconcile": 4.0, "campaigns": 2.0}  # seconds


class Skew:
    """How far this process's clocks are ahead; set before anything of the program runs."""

    ahead = timedelta(0)


def shift() -> None:
    """Have this process's clocks go by `Skew`; before anything else of the program is imported."""
    from apscheduler.schedulers import base

    true_now, true_time = clock.now, time.time  # noqa: TID251 - it's this one that is set

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Shifted":
            return super().now(tz) + Skew.ahead

    def now() -> datetime:
        return true_now() + Skew.ahead

    vars(clock)["now"] = now
    clock.DatabaseClock.__init__.__defaults__ = (now,)
    base.datetime = Shifted
    vars(time)["time"] = lambda: true_time() + Skew.ahead.total_seconds()


def hurry() -> None:
    """Wait seconds where the program waits minutes."""
    vars(port)["ANSWER_SECONDS"] = _ANSWER
    vars(reconciling)["DOUBT"] = vars(reconciling)["LOOK_AGAIN"] = _DOUBT
    from bot import schedule, sweep  # only now: what they import takes these figures as they're then

    vars(sweep)["PATIENCE"] = _PATIENCE
    vars(schedule)["_SECONDS"] = {**vars(schedule)["_SECONDS"], **_EVERY}


def run(ahead: float, command: list[str]) -> None:
    """Run a command of `pourqui`, so many seconds ahead."""
    from bot import cli  # only now: its modules take `now` from the clock as they're imported

    Skew.ahead = timedelta(seconds=ahead)
    sys.argv = ["pourqui", *command]
    cli.main()


def bring_forth() -> None:
    """Read the program and its models, then make a process for each line, `{"log", "ahead", "command"}`; tell its id."""
    from adapters.encoders.bundled import BundledEncoder
    from bot import cli, models
    from dialogs.search.language import identifier

    encoder = BundledEncoder()
    vars(models)["BundledEncoder"] = lambda: encoder
    identifier()
    ours = os.getpid()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    sys.stdout.write(json.dumps({"event": "serving", "program": cli.__name__}) + "\n")
    sys.stdout.flush()
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(ours, Path(wanted["log"]))
            run(wanted["ahead"], wanted["command"])
            return
        sys.stdout.write(json.dumps({"event": f"made {wanted['number']}", "pid": pid}) + "\n")
        sys.stdout.flush()


def _become(parent: int, log: Path) -> None:
    """End with the one that made us, write to a file of our own, read nothing."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        sys.exit(1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with log.open("ab") as written, Path(os.devnull).open("rb") as nothing:
        os.dup2(written.fileno(), 1)
        os.dup2(written.fileno(), 2)
        os.dup2(nothing.fileno(), 0)


def main() -> None:
    """Run the command that follows the options."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--ahead", type=float, default=0.0)
    parser.add_argument("--hurried", action="store_true")
    parser.add_argument("command", nargs=REMAINDER)
    chosen = parser.parse_args()
    shift()
    if chosen.hurried:
        hurry()
    if chosen.command:
        run(chosen.ahead, chosen.command)
    else:
        bring_forth()


if __name__ == "__main__":
    main()
