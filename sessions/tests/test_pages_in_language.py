"""Pages of the diary for whoever reads another language: its words and times, what is refused, what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from clients.models import Client, Episode
from conftest import at, make_client
from practice import outbox
from practice.models import Message, Practice
from sessions import letters
from sessions.booking import book_appointment, cancel_appointment
from sessions.check_in_letters import check_in_url
from sessions.check_ins import ask_how_it_is
from sessions.models import CheckIn, WaitlistOffer
from sessions.plan_letters import plan_url
from sessions.rescheduling import propose_plan
from sessions.sending import send_plan
from sessions.waitlist import join_waitlist
from sessions.waitlist_letters import offer_url
from sessions.waitlist_offers import offer_freed_times

WORDS = {"es": ("Sí, iré", "Necesito otra hora", "45 minutos con Ana", "¿Alguna pregunta?"),
         "fr": ("Oui, je viendrai", "Il me faut un autre horaire", "45 minutes avec Ana", "Des questions\u00a0?"),
         "de": ("Ja, ich komme", "Ich brauche eine andere Zeit", "45 Minuten mit Ana", "Fragen?")}


@pytest.fixture
def maria(maria):
    maria.language = "es"
    maria.save()
    return maria


@pytest.fixture
def clock_moves(time_machine):
    def moves(**by):
        time_machine.move_to(timezone.now() + timedelta(**by))

    return moves


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def words_of(response) -> str:
    return response.content.decode().replace("&#x27;", "'")


@pytest.mark.parametrize("language", WORDS)
def test_the_page_of_a_visit_is_in_the_language_of_its_messages(language, visit, maria, page):
    Client.objects.update(language=language)
    shown = words_of(page(None).get(path(letters.visit_url(visit))))
    for said in WORDS[language]:
        assert said in shown
    assert f'<html lang="{language}"' in shown
    assert "Yes, I will come" not in shown


@pytest.mark.parametrize("language", ["en", *WORDS])
def test_a_visits_time_is_the_same_on_the_page_and_in_the_message(language, visit, page, settings, mailoutbox, clock_moves):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    Client.objects.update(language=language)
    clock_moves(minutes=3)
    outbox.drain()
    [mail] = mailoutbox
    assert visit.said_in(language) in mail.subject
    assert f'<p class="big-time">{visit.said_in(language)}</p>' in words_of(page(None).get(path(letters.visit_url(visit))))


def test_a_regional_language_reads_the_language(visit, page):
    Client.objects.update(language="de-AT")
    assert "Ja, ich komme" in words_of(page(None).get(path(letters.visit_url(visit))))


def test_an_answer_that_comes_too_late_is_refused_in_spanish(visit, maria, ana, page):
    url = path(letters.visit_url(visit))
    cancel_appointment(appointment=visit, by=ana)
    refused = page(None).post(url, {"answer": "yes"})
    assert refused.status_code == 409
    for said in ("Ya no ha sido posible", "Esta cita está así: «cancelada». Para confirmarla tendría que estar: "
                 "confirmada, reservada", "Error: Su cita"):
        assert said in words_of(refused).replace("reservada, confirmada", "confirmada, reservada")
    assert "This visit" not in words_of(refused)


def test_a_visit_that_is_soon_is_not_cancelled_and_says_so_in_spanish(now, maria, ana, neuro_45, page):
    Practice.objects.update(books_online=True, public_slug="riverside", client_change_hours=48)
    visit = book_appointment(client=maria, therapist=ana, service=neuro_45, starts_at=at(14), by=ana)
    maria.practice.refresh_from_db()
    late = page(None).post(path(letters.visit_url(visit)) + "cancel/", {"reason": "sick"})
    assert late.status_code == 409
    assert f"Faltan menos de 48 horas para {visit.said_in('es')}." in words_of(late)


def test_what_a_form_does_not_take_is_said_in_spanish(visit, maria, page):
    shown = page(None).post(path(letters.visit_url(visit)), {"answer": "unwell", "began": "x", "steroids_until": "x"})
    assert shown.status_code == 422
    words = words_of(shown)
    assert "Aún no se ha enviado" in words
    assert "Escriba la fecha con día, mes y año." in words
    assert "Escoja una opción válida" in words or "Seleccione una opción válida" in words  # Django's own
    assert "(opcional)" in words


def test_what_a_client_tells_is_kept_in_english_for_their_therapist(visit, maria, page):
    page(None).post(path(letters.visit_url(visit)), {"answer": "unwell", "began": "4", "told": "earlier", "symptoms": "Cansada"})
    episode = Episode.objects.get()
    assert episode.symptoms == "It began four to six days ago. The doctor or nurse knows. Cansada"


def test_signs_that_mean_help_now_are_in_the_language_of_whoever_needs_them(visit, maria, page):
    words = words_of(page(None).get(path(letters.visit_url(visit)) + "?say=unwell"))
    assert "Llame ya al número de emergencias en caso de:</p><ul>" in words
    assert "<li>dificultad para respirar</li>" in words and "trouble breathing" not in words


def test_a_return_plan_is_asked_about_and_refused_in_spanish(relapse, maria, ana, page):
    sent = send_plan(plan=propose_plan(episode=relapse, by=ana), by=ana)
    url = path(plan_url(sent))
    shown = words_of(page(None).get(url))
    for said in ("¿Le convienen estas nuevas horas?", "en lugar de mar 24 nov, 10:30", "Algunas no me convienen",
                 "No se reserva nada antes de que diga que sí."):
        assert said in shown
    none = words_of(page(None).post(url, {"answer": "some"}))
    assert "Marque cada hora que no le convenga." in none
    page(None).post(url, {"answer": "yes"})
    late = page(None).post(url, {"answer": "some", "moves": [str(sent.moves.exclude(starts_at=None).first().pk)]})
    assert "Ya ha dicho que sí a estas horas." in words_of(late)


def test_an_offer_is_made_and_is_over_in_spanish(visit, maria, riverside, neuro_45, ana, page, clock_moves):
    waiting = make_client(riverside, "Ada Quist", language="es")
    join_waitlist(client=waiting, service=neuro_45, by=ana)
    cancel_appointment(appointment=visit, by=ana)
    clock_moves(minutes=3)
    assert offer_freed_times() == 1
    offer = WaitlistOffer.objects.select_related("client", "practice").get(client=waiting)
    shown = words_of(page(None).get(path(offer_url(offer))))
    assert "Ha quedado libre una hora" in shown
    assert offer.said_in("es") in shown
    assert "Pulse uno de los botones." in words_of(page(None).post(path(offer_url(offer)), {"answer": "x"}))
    WaitlistOffer.objects.filter(pk=offer.pk).update(state="lapsed", decided_at=timezone.now())
    assert "La oferta ha caducado. Sigue en la lista." in words_of(page(None).get(path(offer_url(offer))))


def test_how_it_is_is_asked_and_answered_in_spanish(relapse, maria, now, time_machine, page):
    time_machine.move_to(now + timedelta(days=7, hours=2), tick=False)
    ask_how_it_is()
    url = path(check_in_url(CheckIn.objects.get()))
    assert "En comparación con hace una semana: toque una respuesta." in words_of(page(None).get(url))
    answered = words_of(page(None).post(url, {"answer": "better"}, follow=True))
    assert "Ha dicho: <strong>mejor</strong>." in answered
    assert CheckIn.objects.get().get_answer_display() == "Better"


def test_an_answer_in_english_by_wish_changes_what_any_answer_does_and_nothing_else(visit, maria, page):
    url = path(letters.visit_url(visit))
    there = page(None).post(url + "?lang=en", {"answer": "yes"})
    assert there["Location"] == url + "?lang=en"
    shown = words_of(page(None).get(there["Location"]))
    assert "You said you will come" in shown
    assert f'<a href="{url}" lang="es" hreflang="es">Español</a>' in shown
    maria.refresh_from_db()
    visit.refresh_from_db()
    assert (maria.language, visit.status) == ("es", "confirmed")
    assert page(None).get(url).cookies.keys() <= {"csrftoken"}


def test_what_staff_read_of_it_stays_english(visit, maria, ana, page):
    page(None).post(path(letters.visit_url(visit)), {"answer": "other-time"})
    assert not Message.objects.filter(why__contains="cita").exists()
    for address in ("/", f"/appointments/{visit.pk}/"):
        shown = words_of(page(ana).get(address))
        assert '<html lang="en"' in shown
        assert visit.said_in("es") not in shown
