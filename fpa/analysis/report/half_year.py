"""The text of the half-year report: the one place where its sentences stand.

Its shape is that of the section 「上半年工作」 in the association's yearly speeches: 党的领导, 服务中心, 服务群众,
夯实基础. `{a.key}` is a figure with its unit, `{word}` one of `words.words_of`. No number is typed in: each is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fpa.access.models import Level

PROVINCE = frozenset({Level.PROVINCE})
CITY = frozenset({Level.CITY})
COUNTY = frozenset({Level.COUNTY})
VILLAGE = frozenset({Level.VILLAGE})
DOWN_TO_CITY = PROVINCE | CITY
BELOW_PROVINCE = CITY | COUNTY
DOWN_TO_COUNTY = PROVINCE | BELOW_PROVINCE
DOWN_TO_TOWNSHIP = DOWN_TO_COUNTY | {Level.TOWNSHIP}
EVERY = DOWN_TO_TOWNSHIP | VILLAGE

CAMPAIGN_MONTH = 5
"""“5.29”集中宣传服务活动 falls in this month; a period without it says nothing of the campaign."""


@dataclass(frozen=True)
class Sentence:
    """A sentence, the levels at which it makes sense, and the month that its period has to hold."""

    text: str
    levels: frozenset[Level] = EVERY
    month: int | None = None


Paragraph = tuple[Sentence, ...]


@dataclass(frozen=True)
class Topic:
    """A heading （一） with its paragraphs; it is left out where none of them has a sentence."""

    heading: str
    paragraphs: tuple[Paragraph, ...]


@dataclass(frozen=True)
class Section:
    """A heading 一、 with paragraphs of its own and topics."""

    heading: str
    paragraphs: tuple[Paragraph, ...]
    topics: tuple[Topic, ...] = ()


OPENING: Paragraph = (
    Sentence(
        "{period}，{scope}{associations}以习近平新时代中国特色社会主义思想为指导，围绕党政中心任务，回应会员群众"
        "期盼，统筹推进宣传服务、项目实施、关怀帮扶和自身建设，各项工作有序开展。"
    ),
)

LEADERSHIP = Section(
    "党的领导全面加强",
    (
        (
            Sentence(
                "{scope}{associations}把政治建设摆在首位，组织干部职工和广大会员学习贯彻党的创新理论，"
                "以学习成果推动工作开展，引导会员群众坚定不移听党话、跟党走。"
            ),
            Sentence(
                "围绕优化生育政策、促进人口高质量发展深入基层调查研究，摸清群众需求，把上级部署转化为具体举措。",
                DOWN_TO_COUNTY,
            ),
            Sentence("年度安排重点工作{task.annual_count}，逐项明确责任、跟踪进度。", PROVINCE),
        ),
    ),
)

CENTRE = Section(
    "服务中心更有作为",
    (),
    (
        Topic(
            "生育支持服务稳步推进",
            (
                (
                    Sentence(
                        "阵地建设向群众身边延伸，新建会员之家暨健康促进服务阵地{site.member_home}、宣传倡导暨新型"
                        "婚育文化建设阵地{site.marriage_culture}，投入建设资金{fund.site_building}。",
                        DOWN_TO_COUNTY,
                    ),
                    Sentence(
                        "社区托育服务示范先行，设立示范托育服务点{site.childcare_demo}，"
                        "安排项目资金{fund.childcare_demo}。",
                        DOWN_TO_COUNTY,
                    ),
                    Sentence(
                        "生育关怀基金募集善款{donation.birth_care_raised}，"
                        "另有专项资金{fund.birth_care_special}，用于帮助有需要的家庭。",
                        DOWN_TO_COUNTY,
                    ),
                    Sentence(
                        "“5.29”集中宣传服务主会场活动线上线下联动，参与人数为{campaign529.launch_participants}。",
                        DOWN_TO_CITY,
                        CAMPAIGN_MONTH,
                    ),
                ),
            ),
        ),
        Topic(
            "家庭健康促进走深走实",
            (
                (
                    Sentence(
                        "家庭健康促进行动落实项目资金{fund.family_health}，健康知识和服务更多走进家庭。",
                        DOWN_TO_COUNTY,
                    ),
                    Sentence(
                        "省级家庭健康指导员师资培训覆盖市州{training.instructor_cities}，"
                        "参训并取得证书的师资{training.instructor_participants}；"
                        "指导员队伍以{target.instructor_village_share}以上的村（社区）配备到位为目标加快建设。",
                        PROVINCE,
                    ),
                ),
                (
                    Sentence(
                        "青春健康教育扩大覆盖，培训师资{training.youth_participants}；"
                        "承接成长之道项目的高校{project.youth_growth_universities}，"
                        "承接家长沟通之道项目的地区{project.youth_parenting}；"
                        "青春健康三湘行活动由省直部门{project.youth_partners}共同推动。",
                        PROVINCE,
                    ),
                ),
            ),
        ),
    ),
)

PEOPLE = Section(
    "服务群众更加贴心",
    (),
    (
        Topic(
            "宣传倡导深入人心",
            (
                (
                    Sentence(
                        "“5.29”集中宣传服务活动在{scope}展开，举办宣传活动{campaign529.publicity_events}，"
                        "群众参与{campaign529.publicity_participants}，"
                        "送出宣传资料{campaign529.leaflets}；关怀、义诊等活动举办{campaign529.care_events}，"
                        "为群众提供服务{campaign529.served}，受益群众{campaign529.benefited}。",
                        month=CAMPAIGN_MONTH,
                    ),
                ),
                (
                    Sentence(
                        "宣传平台持续发声，官网刊稿{publicity.website_articles}，"
                        "微信公众号刊稿{publicity.wechat_articles}，国家和省级媒体用稿{publicity.media_articles}，"
                        "阅读量合计{publicity.reads}。",
                        PROVINCE,
                    ),
                ),
            ),
        ),
        Topic(
            "惠民项目持续用力",
            (
                (
                    Sentence("省财政安排计生协项目资金{fund.provincial_budget}。", PROVINCE),
                    Sentence(
                        "国家项目落地{project.national.total}，分别为暖心家园{project.national.warm_home}、"
                        "亲子小屋{project.national.parent_child}、家庭健康促进{project.national.family_health}、"
                        "生殖健康综合服务中心{project.national.reproductive}、"
                        "优生优育指导服务{project.national.prenatal}、计生家庭维权{project.national.rights}，"
                        "项目资金合计{fund.national_projects}。",
                        PROVINCE,
                    ),
                    Sentence(
                        "承接国家项目{project.national.total}，项目资金{fund.national_projects}。",
                        BELOW_PROVINCE,
                    ),
                ),
                (
                    Sentence(
                        "省人口健康福利基金会募集善款和物资{donation.foundation_total}，发挥了公益慈善的补充作用。",
                        PROVINCE,
                    ),
                    Sentence(
                        "通过公益项目帮扶困难家庭{benefit.foundation_households}，"
                        "服务群众{benefit.foundation_person_times}。",
                        DOWN_TO_COUNTY,
                    ),
                ),
            ),
        ),
        Topic(
            "关怀关爱温暖到家",
            (
                (
                    Sentence(
                        "走访慰问做在经常、做到门上，{scope}走访计生困难群众{visit.households}，"
                        "送去资金和物资折合{visit.value}。"
                    ),
                    Sentence(
                        "党政领导带头走访形成惯例，省领导在春节期间走访慰问已连续{visit.provincial_leader_years}，"
                        "有的县（市）委书记带头走访已连续{visit.county_secretary_years}。",
                        PROVINCE,
                    ),
                ),
            ),
        ),
    ),
)

FOUNDATION = Section(
    "基层基础不断夯实",
    (),
    (
        Topic(
            "组织体系逐步健全",
            (
                (
                    Sentence(
                        "{scope}现有市州计生协{org.city.total}，其中入序{org.city.listed}、"
                        "参公{org.city.civil_service}、出台“三定”方案{org.city.three_fix}。",
                        PROVINCE,
                    ),
                    Sentence(
                        "{scope}现有县市区计生协{org.county.total}，其中入序{org.county.listed}、"
                        "参公{org.county.civil_service}、出台“三定”方案{org.county.three_fix}。",
                        DOWN_TO_CITY,
                    ),
                    Sentence(
                        "换届工作加强分类指导，省计生协实地调研市州{election.research_cities}。", PROVINCE
                    ),
                ),
            ),
        ),
        Topic(
            "工作队伍保持稳定",
            (
                (
                    Sentence(
                        "{scope}计生协在编工作人员{staff.authorized}，兼职聘用人员{staff.part_time}，"
                        "村级兼职人员（含聘用人员）{staff.village_part_time}。",
                        DOWN_TO_TOWNSHIP,
                    ),
                    Sentence("{scope}计生协兼职人员（含聘用人员）{staff.village_part_time}。", VILLAGE),
                    Sentence("在册会员{member.total}，联系群众的基础更加稳固。"),
                ),
            ),
        ),
        Topic(
            "能力建设持续加强",
            (
                (
                    Sentence(
                        "县级以上各类培训举办{training.sessions}，"
                        "培训工作人员和志愿者{training.participants}。",
                        DOWN_TO_COUNTY,
                    ),
                    Sentence(
                        "“网上计生协”平台按功能模块{system.modules}组织建设，工作、交流、服务、监督逐步集于一处。",
                        PROVINCE,
                    ),
                ),
            ),
        ),
    ),
)

PARTS = (LEADERSHIP, CENTRE, PEOPLE, FOUNDATION)


def every_sentence() -> Iterator[Sentence]:
    """All sentences of the text, in its order."""
    yield from OPENING
    for part in PARTS:
        for paragraph in (*part.paragraphs, *(p for topic in part.topics for p in topic.paragraphs)):
            yield from paragraph
