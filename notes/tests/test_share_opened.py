"""Whoever shared a letter is told once that it was opened, without a name; a code that does not open tells nobody."""

from notes.models import ShareOpening
from notes.sharing.sharing import revoke_share
from practice import outbox
from practice.models import Message


def opened():
    return Message.objects.filter(kind="share-opened")


def test_three_openings_tell_the_therapist_once_and_name_nobody(client, share, signed_summary, ana, mailoutbox, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for what in ("page", "letter", "page"):
        assert client.post(share.url, {"code": share.code, "what": what}).status_code == 200
    outbox.drain()
    assert ShareOpening.objects.count() == 3
    mail, = mailoutbox
    assert (mail.to, mail.subject) == (["Ana Alves <ana@riverside.example>"], "A letter you shared was opened")
    assert f"/summaries/{signed_summary.pk}/" in mail.body
    for secret in ("Maria", "Lindqvist", "Okafor", share.url.rstrip("/").rpartition("/")[2]):
        assert secret not in mail.subject + mail.body


def test_each_sharing_is_told_of_by_itself(client, share, signed_summary, neurologist, consent, ana):
    from notes.sharing.sharing import share_summary

    again = share_summary(summary=signed_summary, doctor=neurologist, consent=consent, by=ana)
    for made in (share, again):
        client.post(made.url, {"code": made.code})
    assert set(opened().values_list("subject_id", flat=True)) == {share.share.pk, again.share.pk}


def test_a_wrong_code_and_a_look_at_the_empty_page_tell_nobody(client, share):
    client.get(share.url)
    client.post(share.url, {"code": "000000" if share.code != "000000" else "111111"})
    assert not opened().exists()


def test_what_was_opened_is_still_told_after_the_share_was_withdrawn(client, share, ana):
    client.post(share.url, {"code": share.code})
    revoke_share(share=share.share, by=ana)
    assert opened().get().state == "waiting"


def test_somebody_who_has_left_is_not_written_to(client, share, ana, mailoutbox):
    client.post(share.url, {"code": share.code})
    ana.is_active = False
    ana.save()
    outbox.drain()
    assert (opened().get().why, list(mailoutbox)) == ("They do not work here under this address any more.", [])
