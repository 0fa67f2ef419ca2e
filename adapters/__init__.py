"""Adapters translate: a platform's payloads to events, replies to a platform's payloads; also encoders, to a model instead."""
