"""What a publication says of itself: getDescription and getDataXmlSchema (sage.md 2.10)."""

from __future__ import annotations

from .envelope import escaped
from .menus import MENUS
from .model import TYPE_NAMES, Block, Field
from .office import Office
from .settings import METHODS
from .showing import DECLARATION
from .streams import TECHNICAL


def described(office: Office, user: str) -> str:
    """The description document of a publication."""
    entity = office.entity
    head = {
        "PNA": office.name,
        "NAM": f"{entity.code}~{office.publication.transaction}",
        "OBJ": entity.code,
        "TRA": office.publication.transaction,
        "TIM": f"{office.company.world.clock.now():%Y%m%d%H%M%S}",
        "FOL": office.company.code.upper(),
        "SOL": "X3",
        "USER": user,
        "VER": "6.30" if office.settings.generation == "syracuse" else "6.0",
        "WRP": f"WJ{entity.code}{office.publication.transaction}",
        "HEAD": entity.table,
    }
    groups = "".join(_group(office, block) for block in entity.blocks)
    menus = sorted({found.size for block in entity.blocks for found in block.fields if found.type == "menu"})
    actions = [method for method in METHODS if method in office.publication.methods]
    methods = "".join(f'<MET ID="{escaped(id)}"/>' for id in [*actions, *office.publication.actions])
    return (
        f"{DECLARATION}<ADXDOC {_attributes(head)}><ADXDATA>{groups}</ADXDATA>"
        f"<ADXKEY>{_left_list(office)}</ADXKEY>"
        f"<ADXMEN>{''.join(_menu(number) for number in menus)}</ADXMEN>"
        f"<ADXSER>{methods}</ADXSER>"
        f'<ADXREAD TAB="{entity.table}"><GRP NAM="KEY"><FLD NAM="{entity.key}" TYP="Char"/></GRP></ADXREAD>'
        "</ADXDOC>"
    )


def _attributes(values: dict[str, str]) -> str:
    return " ".join(f'{name}="{escaped(value)}"' for name, value in values.items())


def _group(office: Office, block: Block) -> str:
    about = {"NAM": block.id, "TYB": "List", "DIM": str(block.capacity)}
    if block.is_table:
        screen = block.original.partition("_")[0]
        about |= {"TYB": "Table", "IDTAB": f"{screen}~{block.counter or 'NBLIG'}", "OPT": "IAD"}
        if block.rows == "taxes":
            about["OPT"] = ""
    fields = ""
    for found in block.fields:
        fields += _field(found, office.entity.key)
        if found.companion:
            fields += f'<FLD NAM="Z{found.name}" TYP="Char" MOD="Display" LEN="30" DIM="1"/>'
    return f"<GRP {_attributes(about)}>{fields}</GRP>"


def _field(found: Field, key: str) -> str:
    about = {
        "NAM": found.name,
        "TYP": TYPE_NAMES[found.type],
        "MOD": "Input" if found.writable else "Display",
        "LEN": str({"date": 8, "menu": 2, "int": 9, "dec": 15}.get(found.type, found.size)),
        "DIM": str(found.elements),
    }
    if found.type == "menu":
        about["MEN"] = str(found.size)
    if found.name == key:
        about["IDX"] = "1"
    about |= {"X3BLORIG": found.block, "X3FLORIG": found.name, "C_ENG": found.name, "C_FRA": found.name}
    return f"<FLD {_attributes(about)}/>"


def _left_list(office: Office) -> str:
    columns = [office.entity.field(name) for name in office.entity.columns]
    fields = "".join(
        f'<FLD NAM="{found.name}" TYP="Char" LEN="{found.size or 10}" IDX="{at}"/>'
        for at, found in enumerate(columns, 1)
        if found is not None
    )
    return f'<GRP NAM="LEFTLIST" TYB="Table" DIM="10000">{fields}</GRP>'


def _menu(number: int) -> str:
    values = "".join(
        f'<VAL IND="{rank}" C_ENG="{escaped(english)}" C_FRA="{escaped(french)}"/>'
        for rank, (english, french) in MENUS[number].items()
    )
    return f'<MNU NO="{number}">{values}</MNU>'


def schema(office: Office) -> str:
    """An XML schema of the data stream: the grammar, with the groups of this publication."""
    groups = [block.id for block in office.entity.blocks if not block.is_table] + [TECHNICAL]
    tables = [block.id for block in office.entity.blocks if block.is_table]
    return (
        f'{DECLARATION}<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">'
        '<xs:element name="PARAM"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">'
        '<xs:element ref="GRP"/><xs:element ref="TAB"/></xs:choice></xs:complexType></xs:element>'
        f"{_container('GRP', groups, 'FLD', 'LST')}{_container('TAB', tables, 'LIN')}"
        '<xs:element name="LIN"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">'
        '<xs:element ref="FLD"/><xs:element ref="LST"/></xs:choice>'
        '<xs:attribute name="NUM" type="xs:positiveInteger"/></xs:complexType></xs:element>'
        f"{_leaf('FLD')}"
        '<xs:element name="LST"><xs:complexType><xs:sequence>'
        '<xs:element name="ITM" type="xs:string" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>'
        f"{_NAMED}</xs:complexType></xs:element></xs:schema>"
    )


_NAMED = (
    '<xs:attribute name="NAME" type="xs:string" use="required"/><xs:attribute name="TYPE" type="xs:string"/>'
    '<xs:attribute name="SIZE" type="xs:string"/>'
)


def _leaf(name: str) -> str:
    return (
        f'<xs:element name="{name}"><xs:complexType><xs:simpleContent><xs:extension base="xs:string">'
        f"{_NAMED}</xs:extension></xs:simpleContent></xs:complexType></xs:element>"
    )


def _container(name: str, ids: list[str], *children: str) -> str:
    values = "".join(f'<xs:enumeration value="{escaped(id)}"/>' for id in ids)
    inner = "".join(f'<xs:element ref="{child}"/>' for child in children)
    return (
        f'<xs:element name="{name}"><xs:complexType><xs:choice minOccurs="0" maxOccurs="unbounded">{inner}'
        '</xs:choice><xs:attribute name="ID" use="required"><xs:simpleType><xs:restriction base="xs:string">'
        f"{values}</xs:restriction></xs:simpleType></xs:attribute>"
        '<xs:attribute name="DIM" type="xs:string"/><xs:attribute name="SIZE" type="xs:string"/>'
        "</xs:complexType></xs:element>"
    )
