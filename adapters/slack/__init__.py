"""Slack: events, actions, views, commands and the home tab.

A payload becomes an event in `parse`, a reply becomes Slack's JSON in `render` and `views`: pure functions. `client` calls the Web API, `posting`
knows where each reply goes, `app` takes the turns, `socket` brings the payloads over Socket Mode instead of HTTP.
"""
