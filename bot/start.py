"""Where `pourqui` starts."""

from bot.memory import use_one_heap, what_stays


def main() -> None:
    """Run the command that was typed."""
    use_one_heap()
    with what_stays():
        from bot.cli import main as command_line  # seconds of reading modules, none of which ever goes
    command_line()
