"""A letter as a message that a mail program opens as a draft: text and HTML, images attached. Sends nothing."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from hashlib import blake2b

from meai.export import email
from meai.export.article import Article
from meai.export.exported import Exported
from meai.export.options import Options
from meai.export.report import Report


def write(article: Article, options: Options) -> Exported:
    """Return *article* as a message in ASCII with CRLF line ends. It has no sender and no recipient yet."""
    report = Report()
    attached: dict[str, tuple[bytes, str]] = {}

    def place(address: str, content: bytes, media_type: str) -> str:
        name = f"{blake2b(content, digest_size=8).hexdigest()}@meai"
        attached[name] = (content, media_type)
        return f"cid:{name}"

    letter = email.compose(article, options, report, place)
    parts = email.parts(article, options)
    plain = next(part.content for part in parts if part.name == "text")
    message = _message(article.title, plain, letter, attached)
    _bound(message, blake2b(letter.encode(), digest_size=8).hexdigest())
    return Exported(message.as_bytes().decode("ascii"), report.notes(), parts)


def _message(subject: str, plain: str, letter: str, attached: dict[str, tuple[bytes, str]]) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(subject.split())
    message["X-Unsent"] = "1"
    message["MIME-Version"] = "1.0"
    message.set_content(plain, cte="quoted-printable")
    message.add_alternative(letter, subtype="html", cte="quoted-printable")
    html = list(message.iter_parts())[1]
    for name, (content, media_type) in attached.items():
        kind, _, subtype = media_type.partition("/")
        filename = f"{name.partition('@')[0]}.{subtype.partition('+')[0]}"
        html.add_related(content, kind, subtype, cid=f"<{name}>", disposition="inline", filename=filename)
    return message


def _bound(message: EmailMessage, seed: str) -> None:
    """Give each part the same boundary for the same letter, so that two exports of one document are equal."""
    for number, part in enumerate(message.walk()):
        if part.is_multipart():
            part.set_boundary(f"=_{seed}_{number}")
