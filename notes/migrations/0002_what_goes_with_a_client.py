from django.db import migrations
from practice.guards import Unchanging
from practice.rewording import Reworded


class Migration(migrations.Migration):
    """What is signed goes where there is a tombstone of its client, and never otherwise."""

    dependencies = [
        ('notes', '0001_initial'),
        ('clients', '0002_disposals'),
    ]

    operations = [
        Reworded([
            ('addendum', Unchanging(
                name='addendum_stands_for_ever',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT n.client_id FROM notes_note n WHERE n.id = OLD.note_id))')),
            ('answerdone', Unchanging(
                name='what_was_done_with_an_answer_stands',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT s.client_id FROM notes_summary s JOIN notes_share h ON h.summary_id = s.id JOIN notes_doctoranswer a ON a.share_id = h.id WHERE a.id = OLD.answer_id))')),
            ('brokenglass', Unchanging(
                name='broken_glass_stands_for_ever',
                columns=('note_id', 'by_id', 'reason', 'at', 'until', 'practice_id'),
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT n.client_id FROM notes_note n WHERE n.id = OLD.note_id))')),
            ('clientcopy', Unchanging(
                name='signed_copy_stands_for_ever',
                when='OLD.signed_at IS NOT NULL',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
            ('cosignature', Unchanging(
                name='cosignature_stands_for_ever',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT n.client_id FROM notes_note n WHERE n.id = OLD.note_id))')),
            ('doctoranswer', Unchanging(
                name='doctors_answer_stands_for_ever',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT s.client_id FROM notes_summary s JOIN notes_share h ON h.summary_id = s.id WHERE h.id = OLD.share_id))')),
            ('homeitem', Unchanging(
                name='home_item_stands_as_assigned',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT p.client_id FROM notes_homeprogramme p WHERE p.id = OLD.programme_id))')),
            ('homeprogramme', Unchanging(
                name='home_programme_stands_as_assigned',
                columns=('note_id', 'author_id', 'version', 'assigned_at'),
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
            ('measurement', Unchanging(
                name='reading_of_signed_note_stands',
                when='EXISTS (SELECT 1 FROM notes_note n WHERE n.id = OLD.note_id AND n.signed_at IS NOT NULL)',
                insert_when='EXISTS (SELECT 1 FROM notes_note n WHERE n.id = NEW.note_id AND n.signed_at IS NOT NULL)',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT n.client_id FROM notes_note n WHERE n.id = OLD.note_id))')),
            ('note', Unchanging(
                name='signed_note_stands_for_ever',
                when='OLD.signed_at IS NOT NULL',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
            ('noteevent', Unchanging(
                name='event_of_signed_note_stands',
                when='EXISTS (SELECT 1 FROM notes_note n WHERE n.id = OLD.note_id AND n.signed_at IS NOT NULL)',
                insert_when='EXISTS (SELECT 1 FROM notes_note n WHERE n.id = NEW.note_id AND n.signed_at IS NOT NULL)',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT n.client_id FROM notes_note n WHERE n.id = OLD.note_id))')),
            ('sending', Unchanging(
                name='sending_stands_for_ever',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT s.client_id FROM notes_summary s WHERE s.id = OLD.summary_id))')),
            ('shareopening', Unchanging(
                name='opening_stands_for_ever',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT s.client_id FROM notes_summary s JOIN notes_share h ON h.summary_id = s.id WHERE h.id = OLD.share_id))')),
            ('summary', Unchanging(
                name='signed_summary_stands_for_ever',
                when='OLD.signed_at IS NOT NULL',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = OLD.client_id)')),
            ('summarypaper', Unchanging(
                name='summary_paper_stands_for_ever',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT s.client_id FROM notes_summary s WHERE s.id = OLD.summary_id))')),
            ('treatment', Unchanging(
                name='treatment_of_signed_note_stands',
                when='EXISTS (SELECT 1 FROM notes_note n WHERE n.id = OLD.note_id AND n.signed_at IS NOT NULL)',
                insert_when='EXISTS (SELECT 1 FROM notes_note n WHERE n.id = NEW.note_id AND n.signed_at IS NOT NULL)',
                goes_when='EXISTS (SELECT 1 FROM clients_disposal d JOIN clients_client c ON c.id = d.of_client WHERE d.of_client = (SELECT n.client_id FROM notes_note n WHERE n.id = OLD.note_id))')),
        ]),
    ]
