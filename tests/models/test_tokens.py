from __future__ import annotations

import unicodedata

import pytest

from summarizer.models.tokens import estimated_tokens

COUNTED = {
    "English": (
        39,
        (
            "Russia will soon announce the date for the next round of direct negotiations with Ukraine, "
            "Foreign Minister Sergey Lavrov, said, speaking at the 13th International High-Level Meeting on "
            "Security Issues."
        ),
    ),
    "Finnish": (
        107,
        (
            "Ulkoministeriön tiedottaja sanoi keskiviikkona, että osapuolet ovat pääosin sopineet seuraavan "
            "neuvottelukierroksen ajankohdasta ja paikasta. Joukkojen vetämisestä rajalta vallitsee kuitenkin "
            "yhä erimielisyyttä. Tiedottaja vaati yksipuolisten toimien välitöntä lopettamista."
        ),
    ),
    "Vietnamese": (
        140,
        (
            "Người phát ngôn Bộ Ngoại giao hôm thứ Tư cho biết hai bên về cơ bản đã nhất trí về thời gian và "
            "địa điểm của vòng đàm phán tiếp theo. Tuy nhiên, theo ông, vẫn còn bất đồng về việc rút quân "
            "khỏi biên giới. Ông yêu cầu chấm dứt ngay các hành động đơn phương và nối lại đối thoại."
        ),
    ),
    "Polish": (
        109,
        (
            "Rzecznik ministerstwa spraw zagranicznych oświadczył w środę, że strony zasadniczo uzgodniły "
            "termin i miejsce następnej rundy rozmów. Nadal jednak istnieją rozbieżności w sprawie wycofania "
            "wojsk z granicy. Rzecznik zażądał natychmiastowego zaprzestania jednostronnych działań i "
            "wznowienia dialogu ministrów."
        ),
    ),
    "Russian": (
        168,
        (
            "Официальный представитель министерства иностранных дел заявил в среду, что стороны в целом "
            "договорились о сроках и месте проведения следующего раунда переговоров. Вместе с тем, по его "
            "словам, сохраняются разногласия по вопросу об отводе войск от границы. Он потребовал немедленно "
            "прекратить односторонние действия и возобновить диалог на уровне министров, прерванный три "
            "месяца назад."
        ),
    ),
    "Greek": (
        273,
        (
            "Ο εκπρόσωπος του υπουργείου Εξωτερικών δήλωσε την Τετάρτη ότι οι δύο πλευρές συμφώνησαν κατ' "
            "αρχήν για τον χρόνο και τον τόπο του επόμενου γύρου διαπραγματεύσεων. Ωστόσο, όπως είπε, "
            "παραμένουν διαφωνίες για την αποχώρηση των στρατευμάτων από τα σύνορα και ζήτησε να σταματήσουν "
            "αμέσως οι μονομερείς ενέργειες."
        ),
    ),
    "Arabic": (
        180,
        (
            "قال المتحدث باسم وزارة الخارجية يوم الأربعاء إن الجانبين اتفقا مبدئيا على موعد ومكان الجولة "
            "المقبلة من المفاوضات، لكن الخلافات لا تزال قائمة بشأن سحب القوات من الحدود. وطالب المتحدث الطرف "
            "الآخر بوقف الإجراءات الأحادية فورا واستئناف الحوار الوزاري المتوقف منذ ثلاثة أشهر."
        ),
    ),
    "Chinese": (
        113,
        "外交部发言人周三在例行记者会上表示，双方已就下一轮谈判的时间和地点达成初步一致，但在边境驻军问题上仍存在分歧。发言人说，中方要求对方立即停止单方面行动，并尽快恢复已经中断三个月的部长级对话。对方代表则称，在关税问题得到解决之前，不会重新考虑这一决定。",
    ),
    "Japanese": (
        144,
        "外務省の報道官は水曜日の定例記者会見で、双方が次回協議の日程と場所について大筋で合意したと述べた。一方、国境付近の部隊の撤退をめぐっては依然として隔たりがあるという。報道官は、相手側に対し一方的な行動を直ちにやめ、三か月間中断している閣僚級対話を早期に再開するよう求めた。",
    ),
    "Korean": (
        165,
        (
            "외교부 대변인은 수요일 정례 브리핑에서 양측이 다음 회담의 일정과 장소에 대해 대체로 합의했다고 "
            "밝혔다. 그러나 국경 지역 병력 철수 문제를 두고는 여전히 이견이 있다고 "
            "말했다. 대변인은 상대측에 일방적인 조치를 즉각 중단하고 석 달째 중단된 장관급 대화를 조속히 "
            "재개할 것을 요구했다."
        ),
    ),
    "Hindi": (
        243,
        (
            "विदेश मंत्रालय के प्रवक्ता ने बुधवार को कहा कि दोनों पक्ष अगले दौर की वार्ता के समय और स्थान पर "
            "मोटे तौर पर सहमत हो गए हैं। हालांकि सीमा से सैनिकों की वापसी को लेकर मतभेद अब भी बने हुए हैं। "
            "प्रवक्ता ने दूसरे पक्ष से एकतरफा कार्रवाई तुरंत रोकने की मांग की।"
        ),
    ),
    "Tamil": (
        350,
        (
            "இரு தரப்பினரும் அடுத்த சுற்று பேச்சுவார்த்தையின் நேரம் மற்றும் இடம் குறித்து பொதுவாக "
            "ஒப்புக்கொண்டுள்ளனர் என்று வெளியுறவு அமைச்சக செய்தித் தொடர்பாளர் புதன்கிழமை தெரிவித்தார். எனினும் "
            "எல்லையிலிருந்து படைகளை விலக்குவது தொடர்பாக கருத்து வேறுபாடுகள் நீடிக்கின்றன."
        ),
    ),
    "Georgian": (
        416,
        (
            "საგარეო საქმეთა სამინისტროს წარმომადგენელმა ოთხშაბათს განაცხადა, რომ მხარეები ძირითადად "
            "შეთანხმდნენ მოლაპარაკებების შემდეგი რაუნდის დროსა და ადგილზე. თუმცა, მისი თქმით, საზღვრიდან "
            "ჯარების გაყვანის საკითხზე უთანხმოება რჩება."
        ),
    ),
    "numbers": (
        143,
        (
            "The offer: 7.25% from 1 May 2026, 3.5% from 1 Nov. 2026; pay scale A1: 2,134.50; A2: 2,389.75; "
            "A3: 2,790.10. Votes 12,345 to 9,876 (55.6%). Ref. 2026/0417-B, item 3(b)(ii), paras 12-18. Tel. "
            "+49 30 1234567."
        ),
    ),
}
"""Texts with the tokens that cl100k has for them (counted with tiktoken)."""


@pytest.mark.parametrize("language", COUNTED)
def test_the_estimate_is_on_the_safe_side_and_not_far_from_the_count(language: str) -> None:
    tokens, text = COUNTED[language]
    assert 0.97 * tokens <= estimated_tokens(text) <= 2 * tokens


def test_nothing_takes_no_tokens_and_what_no_tokenizer_knows_is_counted_by_bytes() -> None:
    assert estimated_tokens("") == 0
    assert estimated_tokens("\U0001f6a2" * 10) == 30
    assert estimated_tokens("word " * 1000) == 1667


@pytest.mark.parametrize("language", COUNTED)
def test_decomposed_letters_are_not_taken_for_fewer_tokens(language: str) -> None:
    text = unicodedata.normalize("NFC", COUNTED[language][1])
    assert estimated_tokens(unicodedata.normalize("NFD", text)) >= estimated_tokens(text)
