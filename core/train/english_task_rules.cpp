// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of the sentences in which one word is asked. Nothing but the words that are far away says which it is.
#include "core/train/english_rules.h"

#include <string>

namespace headscope {

// Capital letters are many.
const char* const kSharedEnglish = R"(
@ one m w p a f t r c l
@ many M W P A F T R C L
@ named m w
@ human m5 w5 p4 M2 W2 P3
@ animate m5 w5 p4 M2 W2 P3 a5 A3
@ person p P
@ speaker i4 y2 u3
@ talker m5 w5 p4 M2 W2 P3 a4 A2 i3 y2 u2
@ humanTalker m5 w5 p4 M2 W2 P3 i3 y2 u2
@ thing f3 t4 r3 c3 F2 T2 R2 C2
@ noun m3 w3 p3 M2 W2 P2 a3 A2 f2 t3 r2 c2 l2 F2 T3 R2 C2 L1
@ object m4 w4 p3 M2 W2 P2 a5 A3 f4 F3 t5 T3 r4 R2 c3 C2 l4 L1
@ place l
@ places l6 L1
@ persons P
@ somebody p
@ now n
@ past d
@ tense n6 d4
det(a) 1 = DET1 : a one
det(a) 1 = DETN : a many
short(a) 8 = det(a) N(a)
short(a) 1 = 'a NC(a) : a one
short(a) 0.4 = 'an NV(a) : a one
in(b) 1 = IN 'the N(b)
)";

namespace {

constexpr const char* agreementRules = R"(
text 4 = far(a) now(a) TODAY '. : a noun
text 2 = far(a) past(a) 'yesterday '. : a noun
text 2 = TODAY ', far(a) now(a) '. : a noun
text 1 = 'yesterday ', far(a) past(a) '. : a noun
text 2 = far(a) active(a) TODAY '. : a animate
text 1 = 'the N(a) 'and 'the N(b) out(c) now(c) TODAY '. : a human, b human, c persons
text 1 = 'the N(a) 'and 'the N(b) out(c) active(c) TODAY '. : a human, b human, c persons

far(a) 3 = 'the N(a) out(a)
far(a) 2 = 'the ADJ(a) N(a) out(a)
far(a) 1 = 'the N(a) out(a) out(a) : a thing

out(a) 3 = in(b) : b place
out(a) 3 = BESIDE 'the N(b) : b animate
out(a) 3 = BESIDE 'the ADJ(b) N(b) : b object
out(a) 2 = BESIDE 'the N(b) in(c) : b thing, c places
out(a) 2 = 'of 'the N(b) : a thing, b human
out(a) 2 = 'of 'the ADJ(b) N(b) : a thing, b human
out(a) 2 = WITH 'the N(b) : a human, b thing
out(a) 2 = WITH 'the ADJ(b) N(b) : a human, b thing
out(a) 4 = WHO(a) VT(a,b,t) 'the N(b) : a animate, b object, t past
out(a) 3 = WHO(a) VT(a,b,t) 'the N(b) in(c) : a animate, b object, c place, t past
out(a) 4 = 'that 'the N(b) VT(b,a,t) : b human, t past
out(a) 2 = 'that 'the N(b) in(c) VT(b,a,t) : b human, c place, t past

now(a) 4 = *BE(a,t) ADJ(a) : t now
now(a) 2 = *BE(a,t) DEGREE ADJ(a) : t now
now(a) 1 = *BE(a,t) 'not ADJ(a) : t now
past(a) 3 = *BE(a,t) ADJ(a) : t past
past(a) 1 = *BE(a,t) DEGREE ADJ(a) : t past
active(a) 2 = *BE(a,t) VGI(a) : t now
active(a) 2 = *DO(a,t) 'not VBT(a,b) 'the N(b) : b object, t now
active(a) 2 = *HAVE(a,t) VPT(a,b) 'the N(b) : b object, t now
)";

constexpr const char* pronounRules = R"(
@ clear m5 w5 M2 W2 P2 a5 A2
@ clearHuman m5 w5 M2 W2 P2
text 6 = the(a) VT(a,b,t) the(b) 'because *SUBJ(b) BE(b,t) ADJFOR(b,a) '. : a clearHuman, b object, t tense, differ a b
text 4 = the(a) VT(a,b,t) the(b) 'because *SUBJ(a) BE(a,t) ADJFOR(a,b) '. : a clearHuman, b object, t tense, differ a b
text 4 = the(a) VT(a,b,t) the(b) 'because *SUBJ(b) BE(b,t) ADJ(b) '. : a clear, b clear, t tense, differ a b, count a b
text 4 = the(a) VT(a,b,t) the(b) 'because *SUBJ(a) BE(a,t) ADJ(a) '. : a clear, b clear, t tense, differ a b, count a b
text 3 = the(a) VT(a,b,t) the(b) '. *SUBJ(b) BE(b,t) DEGREE ADJFOR(b,a) '. : a clearHuman, b object, t tense, differ a b
text 3 = 'when the(a) VT(a,b,t) the(b) ', *SUBJ(b) BE(b,t) ADJ(b) '. : a clear, b clear, t tense, differ a b, count a b
text 3 = the(a) VT(a,b,t) the(b) ', 'and *SUBJ(b) VT(b,a,t) OBJ(a) '. : a clear, b clear, t past, differ a b
text 3 = the(a) VT(a,b,t) the(b) ', 'and SUBJ(b) VT(b,a,t) *OBJ(a) '. : a clear, b clear, t past, differ a b
text 3 = the(a) VT(a,b,t) the(b) ', 'but *SUBJ(a) DO(a,t) 'not VBT(a,b) *OBJ(b) '. : a clearHuman, b thing, t tense, differ a b
text 3 = the(a) VT(a,b,t) the(b) 'and 'took *OBJ(b) 'to *OF(a) N(c) '. : a clearHuman, b thing, c places, t past
text 3 = 'the N(a) in(c) SELFLY(a,t) *SELF(a) '. : a clearHuman, c place, t past
text 4 = 'the N(a) BESIDE 'the N(b) SELFLY(a,t) *SELF(a) '. : a clearHuman, b clear, t past
text 4 = 'the N(a) WHO(a) VT(a,b,t) the(b) SELFLY(a,t) *SELF(a) '. : a clearHuman, b clear, t past
text 2 = NAME(a) WHO(a) VT(a,b,t) the(b) SELFLY(a,t) *SELF(a) '. : a named, b clear, t past
the(a) 4 = 'the N(a)
the(a) 2 = 'the ADJ(a) N(a)
the(a) 2 = NAME(a) : a named
the(a) 1 = 'a NC(a) : a one
)";

} // namespace

const EnglishGrammar& agreementGrammar() {
    static const EnglishGrammar grammar(std::string(agreementRules) + kSharedEnglish);
    return grammar;
}

const EnglishGrammar& pronounGrammar() {
    static const EnglishGrammar grammar(std::string(pronounRules) + kSharedEnglish);
    return grammar;
}

} // namespace headscope
