// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/english_rules.h"

#include <string>

namespace headscope {
namespace {

constexpr const char* englishRules = R"(
text 5 = sentence
text 3 = pair

sentence 20 = clause(t) '. : t tense
sentence 2 = WHEN plain(t) ', plain(t) '. : t tense
sentence 3 = plain(t) WHEN plain(t) '. : t tense
sentence 1 = plain(t) ', 'and plain(t) '. : t tense
sentence 1 = plain(t) ', 'but plain(t) '. : t tense
sentence 1 = THEN ', plain(t) '. : t past
sentence 1 = NOW ', plain(t) '. : t now
sentence 5 = question(t) '? : t tense

clause(t) 8 = subject(a) vp(a,t) : a talker
clause(t) 3 = long(a) plainVp(a,t) : a animate
clause(t) 2 = long(a) thingVp(a,t) : a thing
clause(t) 2 = short(a) thingVp(a,t) : a thing
clause(t) 1 = short(a) placeVp(a,t) : a places
clause(t) 1 = 'there BE(a,t) some(a) in(b) : a noun, b place
clause(t) 1 = subject(a) 'and subject(b) plainVp(c,t) : a human, b human, c persons
clause(t) 1 = subject(a) SAY(a,t) 'that plain(t) : a humanTalker

plain(t) 5 = subject(a) plainVp(a,t) : a talker
plain(t) 1 = short(a) thingVp(a,t) : a thing

subject(a) 3 = SUBJ(a) : a speaker
subject(a) 1 = SUBJ(a) : a animate
subject(a) 3 = NAME(a) : a named
subject(a) 4 = short(a) : a noun
subject(a) 1 = det(a) ADJ(a) N(a) : a noun

long(a) 3 = det(a) ADJ(a) N(a)
long(a) 1 = 'a ADJC(a) N(a) : a one
long(a) 1 = 'an ADJV(a) N(a) : a one
long(a) 1 = det(a) ADJ(a) 'and ADJ(a) N(a)
long(a) 3 = det(a) N(a) in(b) : b place
long(a) 2 = det(a) N(a) WITH short(b) : a human, b thing
long(a) 3 = det(a) N(a) WHO(a) plainVp(a,t) : a animate, t tense
long(a) 3 = det(a) N(a) 'that short(b) VT(b,a,t) : b human, t tense
long(a) 1 = det(a) N(a) 'that SUBJ(b) VT(b,a,t) : b humanTalker, t tense
long(a) 1 = det(a) N(a) 'of short(b) : a thing, b human

some(a) 3 = 'a NC(a) : a one
some(a) 1 = 'an NV(a) : a one
some(a) 2 = 'a ADJC(a) N(a) : a one
some(a) 1 = 'an ADJV(a) N(a) : a one
some(a) 2 = DETN N(a) : a many
some(a) 1 = DETN ADJ(a) N(a) : a many

any(a) 3 = short(a)
any(a) 2 = long(a)
any(a) 2 = NAME(a) : a named

plainVp(a,t) 4 = VI(a,t)
plainVp(a,t) 2 = VI(a,t) MANNER
plainVp(a,t) 4 = VT(a,b,t) short(b) : b object
plainVp(a,t) 1 = VT(a,b,t) NAME(b) : b named
plainVp(a,t) 3 = BE(a,t) ADJ(a)
plainVp(a,t) 2 = BE(a,t) DEGREE ADJ(a)
plainVp(a,t) 1 = OFTEN VI(a,t)
plainVp(a,t) 1 = BE(a,t) ing(a)
plainVp(a,t) 1 = DO(a,t) 'not bare(a)
plainVp(a,t) 1 = MODAL bare(a)

vp(a,t) 8 = plainVp(a,t)
vp(a,t) 2 = VI(a,t) in(b) : b place
vp(a,t) 5 = VT(a,b,t) any(b) : b object
vp(a,t) 2 = VT(a,b,t) short(b) in(c) : b object, c place
vp(a,t) 1 = OFTEN VT(a,b,t) short(b) : b object
vp(a,t) 1 = VT(a,b,t) OF(a) N(b) : b object
vp(a,t) 2 = BE(a,t) ing(a) in(b) : b place
vp(a,t) 1 = BE(a,t) in(b) : b place
vp(a,t) 1 = BE(a,t) 'as ADJ(a) 'as short(b) : b animate
vp(a,t) 1 = BE(a,t) ADJ(a) 'and ADJ(a)
vp(a,t) 2 = HAVE(a,t) done(a)
vp(a,t) 1 = HAVE(a,t) OFTEN done(a)
vp(a,t) 1 = BE(a,t) 'not ADJ(a)
vp(a,t) 1 = GO(a,t) TO 'the N(b) : b place
vp(a,t) 1 = SELFLY(a,t) SELF(a) : a humanTalker
vp(a,t) 1 = HAVE(a,t) some(b) : a humanTalker, b thing
vp(a,t) 2 = GIVE(a,t) short(b) short(c) : a humanTalker, b human, c thing
vp(a,t) 1 = GIVE(a,t) short(c) 'to any(b) : a humanTalker, b human, c thing
vp(a,t) 2 = WANT(a,t) 'to bare(a) : a humanTalker
vp(a,t) 1 = ASK(a,t) any(b) 'to bare(b) : a humanTalker, b human
vp(a,t) 1 = SAY(a,t) 'that SUBJ(a) BE(a,t) ADJ(a) : a humanTalker

thingVp(a,t) 5 = BE(a,t) ADJ(a)
thingVp(a,t) 2 = BE(a,t) DEGREE ADJ(a)
thingVp(a,t) 2 = BE(a,t) in(b) : b place
thingVp(a,t) 1 = VI(a,t)
thingVp(a,t) 1 = HAVE(a,t) VPI(a)
thingVp(a,t) 1 = MODAL 'be ADJ(a)
placeVp(a,t) 3 = BE(a,t) ADJ(a)
placeVp(a,t) 2 = BE(a,t) DEGREE ADJ(a)
placeVp(a,t) 2 = BE(a,t) in(b) : b place

bare(a) 3 = VBI(a)
bare(a) 1 = VBI(a) MANNER
bare(a) 4 = VBT(a,b) short(b) : b object
bare(a) 1 = VBT(a,b) NAME(b) : b named
bare(a) 1 = 'be ADJ(a)
bare(a) 1 = GOB(a) TO 'the N(b) : b place
ing(a) 3 = VGI(a)
ing(a) 3 = VGT(a,b) short(b) : b object
ing(a) 1 = GOG(a) TO 'the N(b) : b place
done(a) 2 = VPI(a)
done(a) 4 = VPT(a,b) short(b) : b object
done(a) 1 = GIVEP(a) short(c) 'to short(b) : a humanTalker, b human, c thing

question(t) 3 = DO(a,t) subject(a) bare(a) : a talker
question(t) 2 = BE(a,t) subject(a) ADJ(a) : a talker
question(t) 1 = BE(a,t) short(a) ADJ(a) : a thing
question(t) 2 = BE(a,t) subject(a) ing(a) : a talker
question(t) 1 = HAVE(a,t) subject(a) done(a) : a talker
question(t) 2 = MODAL subject(a) bare(a) : a talker
question(t) 2 = WHY DO(a,t) subject(a) bare(a) : a talker
question(t) 1 = 'where BE(a,t) short(a) : a noun
question(t) 1 = 'why BE(a,t) short(a) ADJ(a) : a noun
question(t) 2 = 'who VT(a,b,t) any(b) : a somebody, b object
question(t) 1 = 'what DO(a,t) subject(a) VBT(a,b) : a humanTalker, b thing
question(t) 1 = 'who DO(a,t) subject(a) VBT(a,b) : a humanTalker, b person

pair 3 = subject(a) plainVp(a,t) '. SUBJ(a) vp(a,t) '. : a animate, t tense
pair 2 = long(a) plainVp(a,t) '. SUBJ(a) plainVp(a,t) '. : a animate, t tense
pair 2 = subject(a) VT(a,b,t) short(b) '. SUBJ(b) thingVp(b,t) '. : a humanTalker, b thing, t tense
pair 2 = subject(a) VT(a,b,t) short(b) '. SUBJ(b) plainVp(b,t) '. : a humanTalker, b animate, t tense, differ a b
pair 2 = subject(a) VT(a,b,t) short(b) ', 'and SUBJ(b) VT(b,a,t) OBJ(a) '. : a animate, b animate, t tense, differ a b
pair 2 = subject(a) VT(a,b,t) short(b) ', 'but SUBJ(a) DO(a,t) 'not VBT(a,b) OBJ(b) '. : a talker, b object, t tense
pair 2 = subject(a) VT(a,b,t) short(b) 'because SUBJ(b) BE(b,t) ADJ(b) '. : a humanTalker, b object, t tense
pair 2 = subject(a) VT(a,b,t) short(b) 'because SUBJ(a) BE(a,t) ADJ(a) '. : a humanTalker, b object, t tense
pair 2 = WHEN SUBJ(a) VT(a,b,t) short(b) ', subject(a) plainVp(a,t) '. : a animate, b object, t tense
pair 1 = 'this 'is short(a) '. SUBJ(a) BE(a,t) DEGREE ADJ(a) '. : a one, t now
pair 1 = subject(a) HAVE(a,t) some(b) '. SUBJ(b) thingVp(b,t) '. : a humanTalker, b thing, t tense
pair 1 = subject(a) plainVp(a,t) 'and SELFLY(a,t) SELF(a) '. : a human, t tense
)";

} // namespace

const EnglishGrammar& englishGrammar() {
    static const EnglishGrammar grammar(std::string(englishRules) + kSharedEnglish);
    return grammar;
}

} // namespace headscope
