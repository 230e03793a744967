"""A morning of a support assistant, told as data.

Tidemark is an invented backup program. Its assistant searches the help center and
answers; a reviewer, a judging model and a script then say what they think of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from phoenix_traces.testing.openinference import Answered, Document


@dataclass(frozen=True)
class Verdict:
    """What one judge says: a label, a score, and perhaps why."""

    label: str
    score: float
    explanation: str | None = None


@dataclass(frozen=True, kw_only=True)
class Example(Answered):
    """One question, what was found, what was answered, and what it was worth.

    `correctness` is the reviewer's verdict, `faithfulness` the judging model's (does the
    answer say only what the pages say?), `right_page` the script's (the page that answers
    the question; None when the help center has none).
    """

    correctness: Verdict
    faithfulness: Verdict
    right_page: str | None

    @property
    def page_found(self) -> Verdict:
        """Tell whether the page that answers the question was retrieved."""
        found = self.right_page in {document.id for document in self.documents}
        return Verdict("found", 1.0) if found else Verdict("missed", 0.0)

    @property
    def seconds(self) -> float:
        """Return how long the person waited."""
        return (self.retrieval_ms + self.llm_ms) / 1_000


@dataclass(frozen=True)
class Remark:
    """A verdict on one example only.

    `example` is its position in `EXAMPLES`.
    """

    example: int
    verdict: Verdict


_RESTORE = Document(
    "restore-files",
    "To bring back a deleted file open Restore, choose a day, and pick the file. Deleted "
    "files are kept for 90 days, on the Family plan for one year.",
    0.91,
)
_PLANS = Document(
    "plans-and-prices",
    "Solo costs 4 euros a month with 500 GB. Family costs 9 euros a month, 2 TB, up to six "
    "people. Both can be paid yearly, two months free.",
    0.88,
)
_TWO_STEP = Document(
    "two-step-login",
    "Lost your phone? Sign in with one of the ten recovery codes you printed, then set up the "
    "new phone under Account, Security.",
    0.86,
)
_LINUX = Document(
    "linux",
    "Tidemark for Linux comes as .deb and .rpm for 64-bit Intel and ARM. There is no tray "
    "icon; use the command tidemark status.",
    0.9,
)
_EXCLUDE = Document(
    "exclude-folders",
    "Settings, Folders, Exclude keeps a folder out of new backups. What was stored before "
    "stays until you delete it under Storage.",
    0.84,
)
_SLOW = Document(
    "slow-uploads",
    "The first backup may take days. Settings, Network, Upload limit is 60 percent of the "
    "line by default; set it to 100 for the first night.",
    0.79,
)
_KEY = Document(
    "private-key",
    "With a private key only you can read your backup. We cannot reset it: without the key "
    "the data is lost.",
    0.9,
)
_CANCEL = Document(
    "cancel",
    "Cancel under Account, Plan. Your backups stay readable for 30 days and are then erased.",
    0.87,
)
_EXTERNAL = Document(
    "external-drives",
    "An external drive is backed up while it is connected. If it stays away for 60 days its "
    "files are removed from the backup.",
    0.85,
)
_OLD_PRICES = Document(
    "prices-2023",
    "Archived page: Family costs 7 euros a month with 1 TB.",
    0.83,
)

EXAMPLES: tuple[Example, ...] = (
    Example(
        question="I deleted my thesis two weeks ago. Can I get it back?",
        documents=(_RESTORE, _CANCEL),
        answer="Yes. Open Restore, choose a day from two weeks ago and pick the file. Deleted "
        "files are kept for 90 days.",
        correctness=Verdict("correct", 1.0, "Right steps, right limit, no fuss."),
        faithfulness=Verdict("faithful", 0.98),
        right_page="restore-files",
    ),
    Example(
        question="What does the family plan cost if I pay for a whole year?",
        documents=(_PLANS,),
        answer="90 euros a year: ten months at 9 euros, two months are free.",
        correctness=Verdict("correct", 1.0, "Worked the sum out from the page."),
        faithfulness=Verdict("faithful", 0.93),
        right_page="plans-and-prices",
    ),
    Example(
        question="Is there a discount for students?",
        documents=(_PLANS,),
        answer="Yes! Students get 40% off every plan with the code CAMPUS40.",
        correctness=Verdict("incorrect", 0.0, "There is no such discount and no such code."),
        faithfulness=Verdict(
            "hallucinated", 0.03, "Neither the discount nor the code is in the page."
        ),
        right_page=None,
    ),
    Example(
        question="My phone fell into a lake and now I can't log in.",
        documents=(_TWO_STEP, _KEY),
        answer="Sorry about the phone. Sign in with one of your ten printed recovery codes, "
        "then add the new phone under Account, Security.",
        correctness=Verdict("correct", 0.95, "Correct, and kind."),
        faithfulness=Verdict("faithful", 0.97),
        right_page="two-step-login",
        llm_ms=1_750,
    ),
    Example(
        question="Do you support Linux on ARM?",
        documents=(_LINUX,),
        answer="Yes, as .deb and .rpm packages for 64-bit ARM. There is no tray icon; run "
        "tidemark status instead.",
        correctness=Verdict("correct", 1.0),
        faithfulness=Verdict("faithful", 1.0),
        right_page="linux",
        llm_ms=980,
    ),
    Example(
        question="I excluded my Downloads folder, why is my storage still full?",
        documents=(_EXCLUDE,),
        answer="Excluding a folder keeps it out of new backups.",
        correctness=Verdict("partial", 0.5, "Does not say how to delete what is already stored."),
        faithfulness=Verdict("faithful", 0.96),
        right_page="exclude-folders",
    ),
    Example(
        question="Can I choose to have my data stored in Switzerland?",
        documents=(_KEY, _PLANS),
        answer="I could not find anything about where data is stored. I have passed your "
        "question on to the team.",
        correctness=Verdict("correct", 0.8, "Honest. The help center needs this page."),
        faithfulness=Verdict("faithful", 0.9),
        right_page="data-locations",
        retrieval_ms=340,
    ),
    Example(
        question="Wie bekomme ich ein gelöschtes Foto zurück?",
        documents=(_RESTORE,),
        answer="Öffnen Sie „Restore“, wählen Sie einen Tag und dann das Foto. Gelöschte "
        "Dateien bleiben 90 Tage erhalten.",
        correctness=Verdict("correct", 0.9, "Good German; the menu names are English."),
        faithfulness=Verdict("faithful", 0.95),
        right_page="restore-files",
        llm_ms=2_100,
    ),
    Example(
        question="How much is Family per month right now?",
        documents=(_OLD_PRICES,),
        answer="Family costs 7 euros a month and includes 1 TB.",
        correctness=Verdict("incorrect", 0.1, "Price of 2023. The archived page must go."),
        faithfulness=Verdict("faithful", 0.94, "Says what the page says; the page is old."),
        right_page="plans-and-prices",
    ),
    Example(
        question="The first backup crawls. Three days and still at 20%!!",
        documents=(_SLOW, _EXTERNAL),
        answer="That is normal at first. Set Settings, Network, Upload limit to 100 for the "
        "night: it is 60 percent of your line by default.",
        correctness=Verdict("correct", 0.9),
        faithfulness=Verdict("faithful", 0.97),
        right_page="slow-uploads",
        llm_ms=8_900,
    ),
    Example(
        question="I forgot my private key. Please reset it for me.",
        documents=(_KEY, _TWO_STEP),
        answer="No problem! Go to Account, Security and choose Reset private key. Your backup "
        "stays as it is.",
        correctness=Verdict("incorrect", 0.0, "Dangerous: nobody can reset it."),
        faithfulness=Verdict("contradicts", 0.02, "The page says that it cannot be reset."),
        right_page="private-key",
    ),
    Example(
        question="If I cancel today, how long can I still get at my files?",
        documents=(),
        answer="I am not sure. Please ask our support team.",
        correctness=Verdict("incorrect", 0.2, "The page exists: 30 days. Search missed it."),
        faithfulness=Verdict("faithful", 0.8, "Nothing was found and nothing is claimed."),
        right_page="cancel",
        retrieval_ms=2_050,
    ),
)

PRAISE = Remark(3, Verdict("kind", 0.9))
ALARM = Remark(10, Verdict("urgent", 1.0, "Customers will lose their backups."))
