"""Under fire: real processes, a real PostgreSQL, platforms that misbehave; killed, frozen and cut off at random, and what is left of the promises."""
