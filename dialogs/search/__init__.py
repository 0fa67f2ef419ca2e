"""Search: a question, its vector and an audience in; what it is about, and how sure that is, out."""
