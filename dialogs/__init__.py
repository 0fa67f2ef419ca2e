"""What pourqui decides: events in, replies and facts out; no clock, no chance, no network, no SQL."""
