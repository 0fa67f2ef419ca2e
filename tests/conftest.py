"""What the whole suite shares."""

from hypothesis import settings

pytest_plugins = ("tests.databases",)

# No deadline: how long an example takes depends on who else uses the machine. `.ci/long` runs the long form.
settings.register_profile("short", deadline=None)
settings.register_profile("long", deadline=None, max_examples=2_000)
settings.load_profile("short")
