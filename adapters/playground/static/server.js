// The playground's server: gestures go out, what happens comes in.

const WINDOW = crypto.randomUUID();

export async function company() {
  return (await fetch("company")).json();
}

// Returns {request, body}: what the bot's public route answered, `request` null where the platform would have sent nothing.
export async function gesture(platform, name, fields) {
  const response = await fetch(`gestures/${platform}/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...fields, window: WINDOW }),
  });
  if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
  return response.json();
}

// Sets the company's clock forward; returns {at, sent, idle}.
export async function skipTime(skip, account) {
  const response = await fetch("time", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ skip, account }) });
  if (!response.ok) throw Object.assign(new Error(await response.text()), { status: response.status });
  return response.json();
}

// Calls `heard` with each event; the browser opens a broken stream again by itself, and gets the whole picture first.
export function listen(account, heard, lost) {
  const stream = new EventSource(`events?${new URLSearchParams({ account, window: WINDOW })}`);
  stream.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  stream.addEventListener("error", lost);
  return () => stream.close();
}
