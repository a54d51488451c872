"""Words that say nothing of what a text is about, in the languages feeds come in most.

Used for terms and headlines only, never for shingles. Stored as they look after folding: no case, no apostrophes.
A word of one language that is a name in another (`die`, `per`) is lost to both, which costs less than keeping it.
"""

from __future__ import annotations

ENGLISH = """a about above according across after again against all almost along already also although always am among
an and another any anyone anything are around arent as at away back be became because become been before behind being
below between both but by came can cannot cant come could couldnt did didnt do does doesnt doing done dont down during
each early earlier either else enough even ever every few first five for four from further gave get gets getting give
given go goes going gone got had has hasnt have havent having he hed her here hers herself hes him himself his how
however i id if ill im in including inside instead into is isnt it its itself ive just keep kept know known largely
last late later least less let lets like likely long made make makes making many may me might mine more most much must
my myself near nearly need neither never new next no nobody none nor not nothing now of off often on once one only
onto or other others our ours ourselves out outside over own part per perhaps put quite rather really said same saw
say saying says second see seem seen set several shall she should shouldnt since six so some someone something
sometimes soon still such take taken taking ten than that thats the their theirs them themselves then there these they
theyre theyll theyve thing things think this those though three through thus to today together told tomorrow too took
toward towards two under until unless up upon us use used using very via want wants was wasnt way we well went were
werent weve what when where whether which while who whom whose why will with within without wont would wouldnt yes
yesterday yet you youll your youre yours yourself youve added around asked called came day days expected hours
including month months monday tuesday wednesday thursday friday saturday sunday january february march april june july
august september october november december people percent read reported reporting reporter spokesman spokesperson
spokeswoman statement time times told week weeks year years http https www com"""
GERMAN = """aber als am an auch auf aus bei beim bin bis da dadurch dann das dass dein dem den denn der des die dies
diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwa euch fuer für gegen
gibt habe haben hat hatte hatten hier hin ich ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jetzt
kann kein keine können man mehr mein mit muss nach nicht noch nun nur ob oder ohne sehr sei sein seine seinem seinen
seiner seit sich sie sind so soll sollen sowie über um und uns unter vom von vor war waren was wegen weil weiter wenn
wer werden wie wieder will wir wird wo wurde wurden zu zum zur zwei zwischen sagte jahr jahre jahren prozent"""
FRENCH = """à afin ai ainsi alors au aucun aussi autre autres aux avait avant avec avoir ces cet cette ceux chez comme
comment contre dans de depuis des deux dont du elle elles en encore entre est et été être eux fait faire il ils je la
le les leur leurs lors lui mais même mes moins mon ne non nos notre nous on ont ou où par pas pendant peu peut plus
pour pourquoi puis quand que quel quelle qui sa sans se selon ses si son sont sous sur ta tandis tous tout toute
toutes très tu un une vers vos votre vous dune dun quil quelle cest sest lors ans année"""
SPANISH = """al algo algunos ante antes aquí así aunque cada como con contra cual cuando de del desde donde dos
durante el ella ellos en entre era es esa ese eso esta está estaba este esto estos fue fueron ha hace hacia han hasta
hay la las le les lo los más me mi mientras mismo muy nada ni no nos nosotros otra otro otros para pero poco por
porque qué que quien se según ser si sido sin sobre son su sus también tan tanto tiene todo todos tras tu un una uno
unos ya años año dijo"""
ITALIAN = """agli ai al alla alle anche ancora avere che chi ci come con contro cosa così cui da dagli dai dal dalla
dalle degli dei del della delle dello di dopo dove due ed era fra gli ha hanno il in la le lo loro ma nei nel nella
nelle non ogni oltre per perché più prima quale quando quella quello questa questo se si sia sono stata stato su sua
sui sul sulla suo suoi tra tutti tutto un una uno anni anno"""
PORTUGUESE = """ao aos apenas após até cada com como da das de dela dele depois do dos ela elas ele eles em entre essa
esse esta este está foi foram há isso já mais mas mesmo muito na nas não nem no nos num numa onde os ou para pela pelo
pode por porque quando que quem são se sem ser seu seus sobre sua suas também tem um uma umas anos ano disse"""
DUTCH = """aan al alle als bij dan dat de deze die dit door dus een en er geen had heb hebben heeft het hier hij hoe
hun iets ik in is ja je kan kunnen maar meer men met mijn na naar niet nog nu of om omdat onder ons ook op over te
toch toen tot uit van veel voor waar wat we wel werd werden wie wordt worden zal ze zich zij zijn zo zou zouden"""

STOPWORDS = frozenset(f"{ENGLISH} {GERMAN} {FRENCH} {SPANISH} {ITALIAN} {PORTUGUESE} {DUTCH}".split())
