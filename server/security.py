"""Headers of every answer that leaves: nothing is kept, framed, sniffed or told to others.

Source: OWASP Secure Headers; GlobaLeaks' practice for anonymous senders.
"""

from litestar.types import Message, Scope

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
POLICY, CACHING = b"content-security-policy", b"cache-control"
HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "Strict-Transport-Security": "max-age=31536000",
}


def _caching(path: str) -> str:
    """Built files are named by their content; everything else may have changed, or tells much."""
    if path.startswith("/static/assets/"):
        return "public, max-age=31536000, immutable"
    return "no-cache" if path.startswith(("/static/", "/sw.js")) else "no-store"


def _policy(scope: Scope) -> str:
    """The policy, with the addresses that a page may ask beside this server."""
    others = scope.get("state", {}).get("connects_to", ())
    if not others:
        return CONTENT_SECURITY_POLICY
    allowed = " ".join(("connect-src 'self'", *others))
    return CONTENT_SECURITY_POLICY.replace("connect-src 'self'", allowed)


FIXED = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
OURS = {POLICY, CACHING, *(name for name, _ in FIXED)}


async def harden(message: Message, scope: Scope) -> None:
    """Put the headers on a response; called before anything is sent, errors included.

    Args:
        message: what is about to be sent.
        scope: the request that it answers.
    """
    if message["type"] == "http.response.start":
        others = [pair for pair in message["headers"] if pair[0].lower() not in OURS]
        policy = (POLICY, _policy(scope).encode())
        message["headers"] = [*others, *FIXED, policy, (CACHING, _caching(scope["path"]).encode())]
