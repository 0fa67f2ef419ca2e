"""The playground: a browser page that stands where Slack and Teams would stand."""
