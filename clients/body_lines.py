"""The lines of the body map, drawn by hand: half of the front, half of the back, the left side.

x grows away from the midline (in `SIDE` towards the back), y downwards; a body is about 730 units tall. `nodes` are
where lines meet, `lines` the curves drawn through points and nodes, `shapes` which lines, one after the other, go
around a region; "trunk[armpit ribs]" is the piece of a line between two of its nodes, and "," begins a further ring.
`outline` and `detail` are what only makes it look like a body: nothing there can be touched.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Drawing:
    """One hand-drawn figure; the parts are explained above."""

    nodes: str
    lines: dict[str, str]
    shapes: dict[str, str]
    outline: str
    detail: str


# What the front and the back have in common: the outline of trunk, arm, hand and leg.
_NODES = """
crown 0,14  neck-top 25,97  neck-base 31.5,137  deltoid 97,206  elbow-top 112,281  elbow-low 121,309
wrist-top 137.5,384  wrist-low 140,397  web 149,421  index 155.5,434  middle 148,438  ring 141,440
little 133.5,442  edge 124.5,442
in-wrist-low 121,399  in-wrist-top 118.5,387  in-elbow-low 95.5,309  in-elbow-top 87,281  in-arm 70.5,224
armpit 64,205  axilla 62.6,221  ribs 56,268  crest 53.5,308  trochanter 67,398  knee-top 56,504  knee-low 53.5,549
ankle-top 44.5,686  ankle-low 46.5,709  in-ankle-low 23.5,709  in-ankle-top 25.3,688  in-knee-low 16.6,549
in-knee-top 14.4,503  crotch 0,390  calf-out 50.8,650  calf-in 21.6,650  thigh-mid 27,498.5  shin-top 39,552.6
shin-low 36,690
"""
_LEG_IN = ("@in-ankle-low 25,699 @in-ankle-top 24.2,672 @calf-in 18,626 14.8,602 13.6,582 14.8,564 @in-knee-low "
           "17,534 16,518 @in-knee-top 11.2,480 7.6,456 4.8,432 ")
_LINES = {
    "arm.out": "@neck-top 23.8,106 23.4,118 25,128.5 @neck-base 45,143 62,146 76,151 87,160 93,173 @deltoid 101,226 "
               "106,252 109.5,268 @elbow-top 117,295 "
               "@elbow-low 126,325 130,344 133,362 135.5,375 @wrist-top 138.5,390 @wrist-low",
    "arm.in": "@in-wrist-low 119.8,393 @in-wrist-top 113.5,370 107,348 100,325 @in-elbow-low 91.5,296 @in-elbow-top "
              "82.5,264 77,244 @in-arm 66.5,213 @armpit",
    "trunk": "@armpit @axilla 62.5,234 59.8,252 @ribs 53,286 52.2,297 @crest 56.4,322 60.5,340 64.2,362 66.2,382 "
             "@trochanter 67,416 65.8,438 63,462 59.6,485 @knee-top 54.8,520 54,535 @knee-low 55,563 57.4,582 57.6,602 "
             "55,626 @calf-out 46.8,670 @ankle-top 44.2,697 @ankle-low",
    "leg.in": _LEG_IN + "3,412 1.8,400 @crotch",
    "thumb.out": "@wrist-low 146,401.5 154,409.5 162,419 168.4,428.4 169.6,434 166.6,436.6 162.4,433.6 156,427 @web",
    "palm.out": "@web 153,427 @index",
    "palm.in": "@edge 121.8,428 120.3,412 @in-wrist-low",
    "knuckles": "@index 152,437 @middle @ring @little @edge",
    "finger.1": "@index 159.3,446 162.4,458 163,465 160.6,468.6 157.3,466 155,456 151.5,445 @middle",
    "finger.2": "@middle 150.8,450 154,466 154.3,473.5 151.7,478 148.4,475 145.8,461 142.6,447 @ring",
    "finger.3": "@ring 142.4,452 143.8,466 143.6,473 141,476.6 137.8,473.6 136.2,461 134.6,449 @little",
    "finger.4": "@little 133.8,452 133.4,461 132.6,466 130,468.4 127,465 125.4,455 @edge",
    "thumb.root": "@wrist-low 144.5,408 @web",
    "wrist.top": "@wrist-top 128,387.5 @in-wrist-top",
    "wrist.low": "@wrist-low 130.5,400.5 @in-wrist-low",
    "elbow.top": "@elbow-top 100,285 @in-elbow-top",
    "elbow.low": "@elbow-low 108.5,312 @in-elbow-low",
    "knee.top": "@knee-top 44,499 @thigh-mid @in-knee-top",
    "knee.low": "@knee-low @shin-top 28,552 @in-knee-low",
    "ankle.top": "@ankle-top @shin-low @in-ankle-top",
    "ankle.low": "@ankle-low 35,704 @in-ankle-low",
}
_FINGERS = "knuckles finger.4 finger.3 finger.2 finger.1, thumb.out thumb.root"
_OUTLINE = "arm.out arm.in trunk leg.in thumb.out palm.out palm.in finger.1 finger.2 finger.3 finger.4"

FRONT = Drawing(
    nodes=_NODES + """
    hair 0,33  hair-end 34,46  brow-end 34.8,57  brow 0,55  ear-low 33.6,75  mouth 0,100  chin 0,112  jaw 21,103.5
    notch 0,142  notch-side 5,141.5  clavicle 30,143.5  clavicle-end 57,151
    dp-low 61,181  del-in 76,203  rib-mid 0,238  asis 46,331  hip-in 45.5,356  pubis 0,380
    thigh-in 26,385  toe-in 19.2,732  toe-out 59.4,733
    """,
    lines=_LINES | {
        "skull": "@crown 13,15.8 24.5,23 31.5,34 @hair-end",
        "temple": "@hair-end 34.7,51 @brow-end",
        "ear": "@brow-end 36.8,52.6 39.4,52.8 41,57 40,65 37,73.4 @ear-low",
        "cheek": "@brow-end 34.8,66 @ear-low",
        "jaw": "@ear-low 31,87 @neck-top @jaw 12.5,110 @chin",
        "hairline": "@hair 14,33.5 25.5,37 31,43 @hair-end",
        "brows": "@brow 14,53.5 27,54 @brow-end",
        "jaw.top": "@mouth 12,98 24,88.5 @ear-low",
        "middle.head": "@crown @hair", "middle.brow": "@hair @brow", "middle.face": "@brow @mouth",
        "middle.chin": "@mouth @chin", "middle.throat": "@chin @notch",
        "scm": "@jaw 18.5,116 12.5,130 @notch-side",
        "collar": "@notch @notch-side 16,141.6 @clavicle 44,147.5 @clavicle-end",
        "neck.root": "@neck-base @clavicle",
        "deltopec": "@clavicle-end 60,165 @dp-low",
        "deltoid.low": "@deltoid 86,208.5 @del-in 68,192 @dp-low",
        "axilla.arm": "@del-in 75,213 @in-arm",
        "axilla.chest": "@axilla 57,208 57.5,194 @dp-low",
        "middle.chest": "@notch @rib-mid",
        "ribs": "@rib-mid 14,243 29,256 43,267 @ribs",
        "middle.belly": "@rib-mid @pubis", "middle.pubis": "@pubis @crotch",
        "crest": "@crest 50,321 @asis",
        "groin.top": "@asis 33,352 17,370.5 @pubis",
        "groin.low": "@asis @hip-in 38,371 @thigh-in 13,396 @crotch",
        "hip.low": "@hip-in 51,378 58.5,391 @trochanter",
        "thigh.in": "@thigh-in 29,410 29,440 27.5,470 @thigh-mid",
        "shin": "@shin-top 41,580 40.5,620 38,656 @shin-low",
        "foot.out": "@ankle-low 49.6,717 54.5,725 @toe-out",
        "foot.in": "@in-ankle-low 21.4,717 19.8,724 @toe-in",
        "toes.top": "@toe-in 28,727.6 38,726.6 49,728.4 @toe-out",
        "toes.edge": "@toe-in 18.4,739.5 20,746.4 24.8,749 29.8,747 31.4,741.6 33,746.4 36.2,748.4 39.4,746.4 "
                     "40.4,741.2 "
                     "42.2,745.4 45,747 47.8,744.8 48.4,740 50.2,743.8 52.8,744.8 55.2,742.4 55.4,738.8 57.2,741.2 "
                     "59.8,740.4 "
                     "60.8,737 @toe-out",
        "toe.1": "31.4,741.6 31.2,735.5", "toe.2": "40.4,741.2 40,735.6", "toe.3": "48.4,740 47.8,735.8",
        "toe.4": "55.4,738.8 54.6,735.6",
        "eye": "9.5,65 13,67.4 18,67.6 22.5,64.6", "eyebrow": "8,59 15,56.6 24,59", "nose": "6.4,81 4,84 0,84.8",
        "lips": "0,93.2 5,93.4 10.5,92.2", "navel": "0,304 1.6,307 0,310",
        "pec": "14,213 27,216 42,211 52,202",
        "patella": "30,510 27.6,520 30.4,531", "patella.out": "43,511 45.4,521 41.6,531.5",
        "malleolus": "42,695 39.5,698 40.5,702", "in.malleolus": "27.5,692 30,695.5 29,700",
        "palm.crease": "125,422 133,427.5 145,421", "elbow.crease": "94,297 101,300 109,299",
    },
    shapes={
        "scalp": "skull hairline middle.head", "forehead": "hairline temple brows middle.brow", "head": "ear cheek",
        "face": "brows cheek jaw.top middle.face", "jaw": "jaw.top jaw middle.chin",
        "throat": "jaw[jaw chin] middle.throat collar[notch notch-side] scm",
        "neck": "jaw[neck-top jaw] scm collar[notch-side clavicle] neck.root arm.out[neck-top neck-base]",
        "shoulder": "arm.out[neck-base deltoid] deltoid.low deltopec collar[clavicle clavicle-end] neck.root",
        "armpit": "deltoid.low[dp-low del-in] axilla.arm arm.in[in-arm armpit] trunk[armpit axilla] axilla.chest",
        "upper-arm": "arm.out[deltoid elbow-top] elbow.top arm.in[in-elbow-top in-arm] axilla.arm "
                     "deltoid.low[del-in deltoid]",
        "inner-elbow": "elbow.top arm.in[in-elbow-low in-elbow-top] elbow.low arm.out[elbow-low elbow-top]",
        "forearm": "elbow.low arm.out[elbow-low wrist-top] wrist.top arm.in[in-wrist-top in-elbow-low]",
        "wrist": "wrist.top arm.out[wrist-top wrist-low] wrist.low arm.in[in-wrist-low in-wrist-top]",
        "palm": "wrist.low thumb.root palm.out knuckles palm.in", "fingers": _FINGERS,
        "chest": "collar deltopec axilla.chest trunk[axilla ribs] ribs middle.chest",
        "abdomen": "ribs trunk[ribs crest] crest groin.top middle.belly",
        "hip": "crest trunk[crest trochanter] hip.low groin.low[asis hip-in]",
        "groin": "groin.top groin.low middle.pubis",
        "thigh": "hip.low trunk[trochanter knee-top] knee.top[knee-top thigh-mid] thigh.in groin.low[thigh-in hip-in]",
        "inner-thigh": "groin.low[crotch thigh-in] thigh.in knee.top[thigh-mid in-knee-top] leg.in[in-knee-top crotch]",
        "knee": "knee.top trunk[knee-top knee-low] knee.low leg.in[in-knee-low in-knee-top]",
        "lower-leg": "knee.low[knee-low shin-top] shin ankle.top[shin-low ankle-top] trunk[ankle-top knee-low]",
        "shin": "knee.low[shin-top in-knee-low] leg.in[in-knee-low in-ankle-top] ankle.top[in-ankle-top shin-low] shin",
        "ankle": "ankle.top trunk[ankle-top ankle-low] ankle.low leg.in[in-ankle-low in-ankle-top]",
        "foot": "ankle.low foot.out toes.top foot.in", "toes": "toes.top toes.edge",
    },
    outline=_OUTLINE + " skull temple cheek ear jaw foot.out foot.in toes.edge",
    detail=("eye eyebrow nose lips navel pec patella patella.out malleolus in.malleolus toe.1 toe.2 toe.3 toe.4 "
            "palm.crease elbow.crease collar"),
)

BACK = Drawing(
    nodes=_NODES + """
    ear-top 34.8,57  ear-low 33.6,75  nape 0,89  nape-low 0,105  nape-side 29.5,85  c7 0,147  waist 0,273
    sole-heel 112,612
    sacrum-top 0,331  sacrum-side 14,336  coccyx 0,382  iliac 38,320  fold 0,405  fold-out 53,408
    heel-up 47.2,719  heel-out 44.6,740
    """,
    lines=_LINES | {
        "leg.in": _LEG_IN + "3,418 1.6,410 @fold",
        "skull": "@crown 13,15.8 24.5,23 31.5,34 34,46 @ear-top",
        "ear": "@ear-top 36.8,52.6 39.4,52.8 41,57 40,65 37,73.4 @ear-low",
        "behind.ear": "@ear-top 35,66 @ear-low", "mastoid": "@ear-low 32.2,80 @nape-side 26.5,91 @neck-top",
        "nape.top": "@nape-side 20,89.5 10,89.5 @nape", "nape.low": "@neck-top 14,104 @nape-low",
        "middle.head": "@crown @nape", "middle.base": "@nape @nape-low", "middle.neck": "@nape-low @c7",
        "neck.low": "@neck-base 15,145 @c7",
        "scapula.out": "@neck-base 45,151 56,167 61.5,186 @armpit",
        "deltoid.low": "@deltoid 86,211 74,210.5 @armpit",
        "middle.back": "@c7 @waist", "ribs": "@ribs 30,271.5 @waist", "middle.loin": "@waist @sacrum-top",
        "crest": "@crest 46,313 @iliac 26,328 @sacrum-side", "sacrum.top": "@sacrum-side 7,331.6 @sacrum-top",
        "sacrum.side": "@sacrum-side 12.5,354 7,371 @coccyx", "cleft": "@coccyx @fold",
        "hip.in": "@iliac 49,340 55,364 56.5,388 @fold-out",
        "fold": "@fold 7,412.5 22,417 40,414 @fold-out 61,403 @trochanter",
        "calf.low": "@calf-out 44,656 37,649 29,658 @calf-in",
        "heel": "@ankle-low @heel-up 47,731 @heel-out 41,744.8 35,746 27.8,744 23.4,735 22.8,719 @in-ankle-low",
        "foot.out": "@heel-up 51,727 57,734.5 60,740.4 57.5,744.2 50,744.4 @heel-out",
        "sole": "@sole-heel 120.6,614.4 126,625 127.2,642 128.4,662 131.6,684 132.6,700 131.8,710 128.6,714.6 "
                "124.6,713 123.4,719.6 "
                "119.4,722.6 115.8,718.4 114.6,725.4 110.6,727.8 107.2,722.6 105.6,729.4 101.6,731 98.2,725.4 "
                "96.6,734.6 91.6,737 "
                "87.4,731 88,720 91.6,708 93.4,694 98.4,676 102.4,658 101,642 98,626 103.4,614.4 @sole-heel",
        "scapula": "19,170 17.5,190 21.5,210 30,221 39,213 50,197", "scapula.spine": "21,169 38,163 56,161",
        "dimple": "19,340 21.5,342.6 20.4,346", "olecranon": "99,290 103,294.5 107.5,292",
        "crease": "23,525 36,528 48,524",
        "heads": "36,566 35.6,600 36.8,642", "achilles.in": "31,662 33,682 31.4,704",
        "achilles.out": "39.6,660 37.6,682 39.8,704",
        "sole.ball": "95.5,697 104,706 118,708 129,700", "sole.arch": "103,640 106,660 102.6,682",
    },
    shapes={
        "scalp": "skull behind.ear mastoid[ear-low nape-side] nape.top middle.head", "head": "ear behind.ear",
        "skull-base": "nape.top mastoid[nape-side neck-top] nape.low middle.base",
        "neck": "nape.low arm.out[neck-top neck-base] neck.low middle.neck",
        "shoulder": "arm.out[neck-base deltoid] deltoid.low scapula.out",
        "upper-back": "neck.low scapula.out trunk[armpit ribs] ribs middle.back",
        "lower-back": "ribs trunk[ribs crest] crest sacrum.top middle.loin", "sacrum": "sacrum.top sacrum.side",
        "hip": "crest[crest iliac] trunk[crest trochanter] fold[fold-out trochanter] hip.in",
        "buttock": "crest[iliac sacrum-side] sacrum.side cleft fold[fold fold-out] hip.in",
        "upper-arm": "deltoid.low arm.out[deltoid elbow-top] elbow.top arm.in[in-elbow-top armpit]",
        "elbow": "elbow.top arm.in[in-elbow-low in-elbow-top] elbow.low arm.out[elbow-low elbow-top]",
        "forearm": "elbow.low arm.out[elbow-low wrist-top] wrist.top arm.in[in-wrist-top in-elbow-low]",
        "wrist": "wrist.top arm.out[wrist-top wrist-low] wrist.low arm.in[in-wrist-low in-wrist-top]",
        "hand": "wrist.low thumb.root palm.out knuckles palm.in", "fingers": _FINGERS,
        "thigh": "fold trunk[trochanter knee-top] knee.top leg.in[in-knee-top fold]",
        "back-of-knee": "knee.top trunk[knee-top knee-low] knee.low leg.in[in-knee-low in-knee-top]",
        "calf": "knee.low trunk[knee-low calf-out] calf.low leg.in[calf-in in-knee-low]",
        "lower-leg": "calf.low trunk[calf-out ankle-top] ankle.top leg.in[in-ankle-top calf-in]",
        "ankle": "ankle.top trunk[ankle-top ankle-low] ankle.low leg.in[in-ankle-low in-ankle-top]",
        "foot": "heel[heel-up heel-out] foot.out", "heel": "ankle.low heel", "sole": "sole",
    },
    outline=_OUTLINE + " skull ear behind.ear mastoid foot.out heel sole",
    detail="scapula scapula.spine dimple olecranon crease heads achilles.in achilles.out cleft sole.ball sole.arch",
)

SIDE = Drawing(
    nodes="""
    crown 3,14  hair -35.5,35  brow -41,55  mouth -41.6,99  under -24,113  notch -17,145  c7 37,147  nape 35.5,90
    hair-side -19,44  brow-side -22,61  ear-top 4,58  ear-front 3.4,67  ear-low 4,77
    base 9,144  costal -44,257  side 3,274  ribs 37,262  crest -2,312  crest-back 13,311  crest-end 41,320  asis -25,335
    groin -39,366  thigh-front -37,393  hip-back 16,403  fold 48,408  knee-front -32.5,502  knee-back 27.5,505
    shin-top -28,548  knee-mid 5,553.5  calf-top 29,550  calf-end 20,662  ankle-front -16.5,688  ankle-back 16.5,688
    instep -22,710  ankle-mid 7,711  achilles 20.5,710  heel-front 2,746.6
    """,
    lines={
        "profile": "@crown -13,16 -26,23.5 @hair -40.2,45 @brow -39.8,61 -43,68 -49.4,76 -48.8,80.4 -44.2,82.6 "
                   "-46,87.4 "
                   "-43.8,91.2 -45,95 @mouth -43,105 -40.6,111 -33.5,114.6 @under -15.5,115.5 -12.6,123 -13,135 @notch",
        "occiput": "@crown 22,17.5 37.5,29 46,47 46,66 42,79 @nape 29.5,103 27.6,115 29.5,130 @c7",
        "hairline": "@hair -28,36.5 @hair-side -9,49 @ear-top", "temple.front": "@hair-side -22,52 @brow-side",
        "brows": "@brow -32,56 @brow-side", "cheekbone": "@brow-side -10,66 @ear-front",
        "ear.up": "@ear-top 3,62 @ear-front", "ear.down": "@ear-front 3,72 @ear-low",
        "jaw.top": "@mouth -28,97 -10,88 @ear-low", "jaw.low": "@ear-low 4.4,88 0,99 -11,108 @under",
        "nape.line": "@ear-low 11,85 22,90 @nape",
        "ear": "4,61 8.5,55.4 14.6,58.6 13.8,67.5 8.6,77 4.6,76 3.4,68 4,61",
        "base": "@notch -5,147 @base 24,143 @c7",
        "front": "@notch -27,157 -39,177 -46.5,197 -48,215 -46,236 @costal -43,280 -43.6,304 -44,330 -42.4,350 @groin "
                 "@thigh-front -39.6,424 -39.4,455 -36.4,482 @knee-front -32.8,517 -32.6,530 @shin-top -25.2,567 "
                 "-25.6,592 -23,630 -19,664 @ankle-front -17,700 @instep",
        "rear": "@c7 44.5,160 50,182 49.4,207 43,237 @ribs 33.6,284 35.6,303 @crest-end 51,340 58.6,360 58.8,380 "
                "54.4,397 @fold 45,432 40,460 33.4,485 @knee-back 25.4,520 25.8,535 @calf-top 34.8,572 36,598 31,628 "
                "@calf-end 16.4,676 @ankle-back 17.8,700 @achilles",
        "axis": "@base 4,200 @side", "costal.line": "@costal -29,262 -12,272 @side", "ribs.line": "@side 20,270 @ribs",
        "flank": "@side 0,293 @crest", "crest.front": "@crest -14,320 @asis -33,352 @groin",
        "crest.back": "@crest @crest-back 27,313 @crest-end",
        "hip.in": "@crest-back 19,345 22,378 @hip-back", "hip.low": "@thigh-front -20,404 0,408 @hip-back",
        "fold": "@hip-back 32,412 @fold",
        "knee.top": "@knee-front -4,497 @knee-back", "knee.low": "@shin-top -12,553 @knee-mid 18,553 @calf-top",
        "calf.line": "@knee-mid 9,585 8,620 12,648 @calf-end", "ankle.top": "@ankle-front 0,692 @ankle-back",
        "ankle.low": "@instep -8,706 @ankle-mid @achilles", "heel.front": "@ankle-mid 3,728 @heel-front",
        "foot": "@instep -33,718.5 -50,726 -67,731 -81,736.5 -87,741.8 -84,746.4 -72,747.2 -50,746.6 -30,743.8 "
                "-12,744.4 "
                "@heel-front",
        "heel": "@heel-front 16,748 26.6,745.4 30.2,736 27.4,721 @achilles",
        "eye": "-37.5,65.4 -34,67.4 -29.5,66.4", "eyebrow": "-39,57.8 -34,55.6 -28,58.4",
        "lips": "-43.8,91.4 -40,91.8 -37,93",
        "nostril": "-44.8,82.8 -41.8,80.6 -42,77.6", "ear.in": "7,61.5 10.6,60 11.4,65 8,70 7,74",
        "patella": "-27,510 -22,514 -21,523 -25,532", "malleolus": "-3,696 2,693.4 6,697 3,702 -2,701",
        "gluteus": "30,352 36,372 33,395",
        "shin": "-15,572 -15,610 -12,650", "toe": "-82,737 -78,739.5 -79,743",
        "achilles.line": "11,672 9.6,690 12.6,704",
    },
    shapes={
        "scalp": "profile[crown hair] hairline ear.up ear.down nape.line occiput[nape crown]",
        "forehead": "profile[hair brow] brows temple.front hairline[hair-side hair]",
        "temple": "hairline[hair-side ear-top] ear.up cheekbone temple.front",
        "face": "profile[brow mouth] jaw.top ear.down cheekbone brows", "jaw": "jaw.top jaw.low profile[mouth under]",
        "head": "ear",
        "neck": "jaw.low profile[under notch] base occiput[c7 nape] nape.line",
        "chest": "front[notch costal] costal.line axis base[base notch]",
        "upper-back": "rear[c7 ribs] ribs.line axis base[base c7]",
        "abdomen": "front[costal groin] crest.front flank costal.line",
        "lower-back": "rear[ribs crest-end] crest.back flank ribs.line",
        "hip": "crest.front front[groin thigh-front] hip.low hip.in crest.back[crest-back crest]",
        "buttock": "crest.back[crest-back crest-end] rear[crest-end fold] fold hip.in",
        "thigh": "hip.low fold rear[fold knee-back] knee.top front[knee-front thigh-front]",
        "knee": "knee.top rear[knee-back calf-top] knee.low front[shin-top knee-front]",
        "calf": "knee.low[knee-mid calf-top] rear[calf-top calf-end] calf.line",
        "lower-leg": "knee.low[shin-top knee-mid] calf.line rear[calf-end ankle-back] ankle.top front[ankle-front "
                     "shin-top]",
        "ankle": "ankle.top rear[ankle-back achilles] ankle.low front[instep ankle-front]",
        "heel": "ankle.low[ankle-mid achilles] heel heel.front", "foot": "ankle.low[instep ankle-mid] heel.front foot",
    },
    outline="profile occiput ear front rear foot heel",
    detail="eye eyebrow lips nostril ear.in patella malleolus gluteus shin toe achilles.line jaw.low",
)

ARM = Drawing(  # of the side, in front of the trunk
    nodes="""
    acromion 5,146  deltoid -27,203  deltoid-back 12,215  elbow-top -48.5,281  elbow-top-back -15,286
    elbow-low -57,307  elbow-low-back -25,316  wrist-top -77.5,379  wrist-top-back -57,385  wrist-low -80.8,392
    wrist-low-back -60.6,398
    """,
    lines={
        "deltoid.front": "@acromion -7,148.5 -17,157 -23.5,171 -26.6,187 @deltoid",
        "deltoid.back": "@acromion 15,149 24,158 28,172 26,188 "
                        "19.6,202 @deltoid-back", "deltoid.low": "@deltoid -14,214 0,219 @deltoid-back",
        "arm.front": "@deltoid -33,224 -39.5,246 -45,267 @elbow-top -52.5,293 @elbow-low -64.5,326 -70.4,346 -74.6,364 "
                     "@wrist-top -79,385 @wrist-low",
        "arm.back": "@deltoid-back 3.4,240 -6.6,264 @elbow-top-back -18,299 @elbow-low-back -34,334 -43.5,353 "
                    "-51.5,371 "
                    "@wrist-top-back -58.6,391 @wrist-low-back",
        "elbow.top": "@elbow-top -32,287 @elbow-top-back", "elbow.low": "@elbow-low -42,315 @elbow-low-back",
        "wrist.top": "@wrist-top -67.5,384.5 @wrist-top-back", "wrist.low": "@wrist-low -71,397.5 @wrist-low-back",
        "thumb": "@wrist-low -87,402 -95,413 -101.6,425 -103,433 -99.6,436.6 -95,431.5 -90.5,424",
        "hand": "-90.5,424 -94,440 -98.4,456 -99.8,467 -96,473.4 -90,471 -83.4,459 -76,443 -69.4,427 -64.4,412 "
                "@wrist-low-back",
        "finger": "-90.5,424 -84,432 -91,452", "finger.2": "-80,436 -87,455 -93,471",
        "olecranon": "-24,296 -20,302 -24,309",
    },
    shapes={
        "shoulder": "deltoid.front deltoid.low deltoid.back",
        "upper-arm": "deltoid.low arm.back[deltoid-back elbow-top-back] elbow.top arm.front[elbow-top deltoid]",
        "elbow": "elbow.top arm.back[elbow-top-back elbow-low-back] elbow.low arm.front[elbow-low elbow-top]",
        "forearm": "elbow.low arm.back[elbow-low-back wrist-top-back] wrist.top arm.front[wrist-top elbow-low]",
        "wrist": "wrist.top arm.back[wrist-top-back wrist-low-back] wrist.low arm.front[wrist-low wrist-top]",
        "hand": "wrist.low thumb hand",
    },
    outline="arm.front arm.back thumb hand",
    detail="deltoid.front deltoid.back finger finger.2 olecranon",
)
