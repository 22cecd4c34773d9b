"""The app that shows a six-digit code every half minute (RFC 6238): set up, confirmed by a code, asked at the door."""

from __future__ import annotations

import time
from dataclasses import dataclass

import pyotp
import segno
from django.db import IntegrityError, transaction
from django.utils import timezone

from practice import audit
from practice.models import CodeApp, Membership, User
from practice.refusals import BadInput, WrongState
from practice.sealing import sealer

STEP = 30  # seconds
STEPS_OFF = 1  # a clock may be half a minute early or late


@dataclass(frozen=True, slots=True)
class SetUp:
    """What a person scans or types into their app."""

    secret: str
    uri: str

    @property
    def in_fours(self) -> str:
        """The secret as one types it."""
        return " ".join(self.secret[i:i + 4] for i in range(0, len(self.secret), 4))

    @property
    def picture(self) -> str:
        """The same as a QR code: an address of an svg, dark on light in every theme, for a camera."""
        return str(segno.make(self.uri, error="m").svg_data_uri(scale=5, border=3, dark="#1d2b2a", light="#fbf9f4"))


@transaction.atomic
def begin_code_app(*, user: User) -> CodeApp:
    """A fresh secret to set up; an app that works already goes on working until the new one has shown a code."""
    CodeApp.objects.filter(user=user, confirmed_at=None).delete()
    app = CodeApp(user=user)
    app.sealed_secret = sealer("code-app", app.pk).encrypt(pyotp.random_base32().encode()).decode()
    app.save(force_insert=True)
    return app


def set_up_of(app: CodeApp) -> SetUp:
    """What to scan. The name shown in the app is the address one signs in with."""
    secret = _secret_of(app)
    uri = pyotp.TOTP(secret).provisioning_uri(name=app.user.email, issuer_name="Evenhand")
    return SetUp(secret, uri)


@transaction.atomic
def confirm_code_app(*, app: CodeApp, code: str, by: Membership) -> CodeApp:
    """From now on the app is asked at the door; an earlier one is forgotten. Refuses a code that is not the app's."""
    step = _step_of(app, code)
    if step is None:
        raise BadInput("This is not the code the app shows now. Wait for the next one and type it; if it is refused "
                       "too, check that the phone sets its clock by itself.", field="code")
    CodeApp.objects.filter(user_id=app.user_id, confirmed_at__isnull=False).delete()
    try:
        with transaction.atomic():
            done = CodeApp.objects.filter(pk=app.pk, confirmed_at=None).update(
                confirmed_at=timezone.now(), last_step=step)
    except IntegrityError:  # set up in two windows at once: the other was first
        done = 0
    if not done:
        raise WrongState("This set-up is over. Begin again.")
    audit.record(by=by, verb="code_app_added", subject=by)
    app.refresh_from_db()
    return app


def takes_code(user: User, code: str) -> bool:
    """Whether this is a code of the person's app. Each half minute's code is taken once, however many ask together."""
    app = CodeApp.objects.filter(user=user, confirmed_at__isnull=False).first()
    step = _step_of(app, code) if app else None
    if app is None or step is None:
        return False
    return bool(CodeApp.objects.filter(pk=app.pk, last_step__lt=step).update(last_step=step))


def _step_of(app: CodeApp, code: str) -> int | None:
    """The half minute whose code this is: now, or the one before or after."""
    typed, totp, now = code.replace(" ", ""), pyotp.TOTP(_secret_of(app)), int(time.time()) // STEP
    if not (typed.isascii() and typed.isdigit()):
        return None
    steps = [step for step in range(now - STEPS_OFF, now + STEPS_OFF + 1)
             if pyotp.utils.strings_equal(totp.generate_otp(step), typed)]
    return steps[0] if steps else None


def _secret_of(app: CodeApp) -> str:
    return sealer("code-app", app.pk).decrypt(app.sealed_secret.encode()).decode()


