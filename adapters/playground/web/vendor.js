// What the page takes from others' libraries, and nothing else: its own sources are in ../static, unbundled.
export { AdaptiveCard, ExecuteAction, HostConfig, OpenUrlAction, Strings, SubmitAction } from "adaptivecards";
export { default as MarkdownIt } from "markdown-it";
export { h, render } from "preact";
export { Message as SlackMessage } from "slack-blocks-to-jsx";
