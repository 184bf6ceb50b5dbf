"""A firm's template as firms write them: 25 articles, three parties, 47 table rows, 6 optional articles.

Made with python-docx, so that no engine has an advantage by its origin. Its values
stand in `contract_values`, the same contract as clauses in `contract_clauses`.
"""

from __future__ import annotations

import io

from docx import Document
from docx.document import Document as Docx
from docx.shared import Pt

ARTICLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("目的", "", (
        "本契約は、{{ label_list }}が対等の立場で協力し、{{ theme }}の開発及び事業化を進めるための基本的な条件を定めることを目的とする。",
        "本契約は、当事者の間に組合、合弁会社その他の団体を設立し、又は一の当事者を他の当事者の代理人とするものではない。")),
    ("定義", "", (
        "「本技術」とは、{{ theme }}に関する発明、考案、意匠、ノウハウその他の技術上の成果をいう。",
        "「成果物」とは、本開発の遂行により得られた試作品、図面、データ、プログラム及び報告書をいう。")),
    ("役割分担", "", (
        "各当事者の役割は、次のとおりとする。",
        "各当事者は、自己の役割の遂行に要する人員を自己の責任において確保し、その氏名及び所属を他の当事者に通知する。")),
    ("開発計画", "", (
        "各当事者は、別表第1に定める日程に従い本開発を遂行する。日程を変更する必要が生じた当事者は、遅滞なくその理由及び見込みを他の当事者に通知しなければならない。",)),
    ("費用の負担", "", (
        "本開発に要する費用は、各当事者が自己の役割について負担する。ただし、共通の費用として{{ steering }}が承認したもの（上限{{ budget }}円）は、第13条に定める配分割合に応じて負担する。",)),
    ("運営委員会", "", (
        "当事者は、本開発を円滑に進めるため{{ steering }}を置き、{{ review_months }}か月に1回以上開催する。",
        "{{ steering }}の決議は、別に定める場合を除き、出席した当事者の全員一致による。")),
    ("データの取扱い", "with_data", (
        "各当事者が本開発のために提供したデータ（以下「提供データ」という。）の権利は、提供した当事者に留保される。",
        "提供データを加工して得られたデータ及びこれを用いて学習させたモデルの利用条件は、{{ steering }}が定める。")),
    ("秘密保持", "", (
        "各当事者は、本契約に関連して他の当事者から開示を受けた秘密情報を善良な管理者の注意をもって管理し、開示した当事者の事前の書面による承諾なく第三者に開示し、又は本開発以外の目的に使用してはならない。",
        "前項の義務は、本契約の終了後{{ secrecy_years }}年間存続する。")),
    ("既存の知的財産", "", (
        "各当事者が本契約の締結前から有し、又は本開発によらずに取得した知的財産権は、当該当事者に帰属する。",)),
    ("成果の帰属", "", (
        "単独でなされた成果に係る知的財産権は、これをした当事者に帰属する。共同でなされた成果に係る知的財産権は、その寄与の割合に応じて共有とする。",
        "当事者は、共有に係る知的財産権を、他の共有者の同意を得ることなく自ら実施することができる。")),
    ("商標の使用", "with_brand", (
        "各当事者は、他の当事者の商標を、当該他の当事者が定める使用基準に従い、本事業の広告及び販売促進のために使用することができる。",)),
    ("設備の利用", "", (
        "当事者は、別表第3に掲げる設備を本開発のために相互に利用させる。利用に要する実費は、利用した当事者が負担する。",)),
    ("利益の配分", "", (
        "本事業から生じた利益は、{% for party in parties %}{{ party.label }}{{ party.share }}{% if not loop.last %}、{% endif %}{% endfor %}の割合で配分する。",
        "配分額に1円未満の端数が生じたときは、これを切り捨て、残額は{{ parties[0].label }}に配分する。")),
    ("輸出管理", "with_export", (
        "当事者は、本技術又は成果物を輸出し、又は非居住者に提供する場合には、外国為替及び外国貿易法その他の法令に従い必要な許可を取得する。",)),
    ("用地の利用", "with_land", (
        "{{ parties[1].label }}は、その所有する土地の一部を、本開発の実証試験の用に供する。原状回復の範囲は、別途合意するところによる。",)),
    ("競業の制限", "with_exclusivity", (
        "当事者は、本契約の有効期間中、本事業と同一の市場において、他の当事者の競争者と同種の提携をする場合には、あらかじめ他の当事者に通知し、協議しなければならない。",)),
    ("監査", "with_audit", (
        "当事者は、配分の計算の基礎となった帳簿及び証憑を{{ audit_years }}年間保存し、他の当事者が選任した監査人の求めに応じて閲覧に供する。",)),
    ("反社会的勢力の排除", "", (
        "各当事者は、自己及びその役員が、暴力団、暴力団員、暴力団準構成員、暴力団関係企業、総会屋その他これらに準ずる者に該当しないことを表明し、将来にわたって該当しないことを確約する。",)),
    ("譲渡の禁止", "", (
        "当事者は、他の当事者の事前の書面による承諾なく、本契約上の地位又は権利義務を第三者に譲渡し、承継させ、又は担保に供してはならない。",)),
    ("有効期間", "", (
        "本契約の有効期間は、{{ term_from }}から{{ term_until }}までとする。",
        "期間満了の{{ notice_months }}か月前までにいずれの当事者からも書面による異議がないときは、同一の条件で{{ renewal_years }}年間更新され、以後も同様とする。")),
    ("解除", "", (
        "当事者は、他の当事者が本契約に違反し、相当の期間を定めて催告したにもかかわらず是正されないときは、当該他の当事者との関係において本契約を解除することができる。",)),
    ("損害賠償", "", (
        "当事者は、本契約の違反により他の当事者に損害を与えたときは、自己の責めに帰すべき範囲において各自その損害を賠償する。",)),
    ("終了後の措置", "", (
        "本契約が終了したときは、各当事者は、他の当事者から受領した秘密情報及び物品を、当該他の当事者の指示に従い返還し、又は廃棄する。",)),
    ("協議", "", (
        "本契約に定めのない事項又は本契約の解釈に疑義が生じた事項については、当事者は、信義に従い誠実に協議して解決する。",)),
    ("合意管轄", "", (
        "本契約に関する紛争については、{{ court }}を第一審の専属的合意管轄裁判所とする。",)),
)  # fmt: skip
EVERYWHERE = (
    "前項に定めるもののほか、{{ steering }}は、本条に定める事項について必要な細目を定めることができる。細目は、書面により全当事者に通知した日から効力を生じ、本契約の一部を構成する。",
    "当事者は、本条に関する事項について他の当事者から書面による照会を受けたときは、{{ answer_days }}日以内に書面により回答しなければならない。期間内に回答できないときは、その理由及び回答の見込みを{{ contact }}に通知する。",
    "本条に基づく義務の履行に要する費用は、別段の定めがない限り、当該義務を負う当事者が負担する。当事者は、本条に定める事項に重要な変更が生じるおそれがあることを知ったときは、直ちに{{ contact }}に通知し、{{ steering }}において対応を協議する。",
)
"""Three more 項 for every article: twelve pages, as such a contract has."""
PREAMBLE = (
    "{% for party in parties %}{{ party.name }}（以下「{{ party.label }}」という。）"
    "{% if not loop.last %}、{% endif %}{% endfor %}は、{{ theme }}に関し、次のとおり契約を締結する。"
)
ROLES, ROLE = "役割分担", "{{ party.label }}：{{ party.role }}"
"""The article with a line for each party, and that line."""
CLOSING = "本契約の成立を証するため、本書{{ originals }}通を作成し、各自記名押印の上、各1通を保有する。"
TABLES = (
    ("別表第1　日程", "schedule", ("番号", "工程", "期限"), ("number", "name", "by")),
    ("別表第2　成果物", "deliverables", ("番号", "成果物", "担当"), ("number", "name", "owner")),
    ("別表第3　設備", "equipment", ("番号", "設備", "所在地"), ("number", "name", "place")),
)


def template() -> bytes:
    """The .docx with its tags."""
    document = Document()
    document.styles["Normal"].font.size = Pt(10.5)
    document.core_properties.title = "{{ title }}"
    document.sections[0].header.paragraphs[0].text = "{{ alliance }}　{{ title }}"
    document.sections[0].footer.paragraphs[0].text = "{{ alliance }} 事務局"
    document.add_heading("{{ title }}", 0)
    document.add_paragraph(PREAMBLE)
    for number, (title, option, paragraphs) in enumerate(ARTICLES, 1):
        _article(document, number, title, option, paragraphs)
    for title, name, head, fields in TABLES:
        document.add_heading(title, 2)
        _table(document, name, head, fields)
    document.add_paragraph(CLOSING)
    document.add_paragraph("{{ signed_on }}")
    _looped(
        document,
        "{%p for party in parties %}",
        "{{ party.label }}",
        "所在地　{{ party.address }}",
        "名　称　{{ party.name }}",
        "代表者　{{ party.post }}　{{ party.person }}　㊞",
        "{%p endfor %}",
    )
    return saved(document)


def _article(document: Docx, number: int, title: str, option: str, paragraphs: tuple[str, ...]) -> None:
    if option:
        document.add_paragraph(f"{{%p if {option} %}}")
    document.add_heading(f"第{number}条（{title}）", 2)
    for index, text in enumerate((*paragraphs, *EVERYWHERE), 1):
        document.add_paragraph(f"{index}　{text}")
    if title == ROLES:
        _looped(document, "{%p for party in parties %}", ROLE, "{%p endfor %}")
    if option:
        document.add_paragraph("{%p endif %}")


def _looped(document: Docx, *lines: str) -> None:
    for line in lines:
        document.add_paragraph(line)


def _table(document: Docx, name: str, head: tuple[str, ...], fields: tuple[str, ...]) -> None:
    table = document.add_table(rows=4, cols=len(head), style="Table Grid")
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.text = text
    table.rows[1].cells[0].text = f"{{%tr for row in {name} %}}"
    for cell, field in zip(table.rows[2].cells, fields, strict=True):
        cell.text = f"{{{{ row.{field} }}}}"
    table.rows[3].cells[0].text = "{%tr endfor %}"


def saved(document: Docx) -> bytes:
    """The file's bytes."""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
