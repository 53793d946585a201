// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/translation_words.h"

#include "core/train/word_task.h"

#include <cassert>

namespace headscope {
namespace {

/// one many un plusieurs gender kinds
constexpr const char* nounTable = R"(
boy boys garçon garçons m p
girl girls fille filles f p
man men homme hommes m p
woman women femme femmes f p
child children enfant enfants m p
friend friends ami amis m p
teacher teachers professeur professeurs m p
doctor doctors médecin médecins m p
farmer farmers fermier fermiers m p
baker bakers boulanger boulangers m p
student students étudiante étudiantes f p
queen queens reine reines f p
king kings roi rois m p
neighbour neighbours voisin voisins m p
aunt aunts tante tantes f p
uncle uncles oncle oncles m p
sister sisters sœur sœurs f p
brother brothers frère frères m p
cat cats chat chats m a
dog dogs chien chiens m a
horse horses cheval chevaux m a
bird birds oiseau oiseaux m a
cow cows vache vaches f a
mouse mice souris souris f a
duck ducks canard canards m a
bear bears ours ours m a
apple apples pomme pommes f f
cake cakes gâteau gâteaux m f
egg eggs œuf œufs m f
lemon lemons citron citrons m f
soup soups soupe soupes f f
orange oranges orange oranges f f
cheese cheeses fromage fromages m f
carrot carrots carotte carottes f f
book books livre livres m rt
letter letters lettre lettres f rt
story stories histoire histoires f r
newspaper newspapers journal journaux m rt
poem poems poème poèmes m r
coat coats manteau manteaux m wt
hat hats chapeau chapeaux m wt
dress dresses robe robes f wt
shirt shirts chemise chemises f wt
shoe shoes chaussure chaussures f wt
key keys clé clés f t
car cars voiture voitures f t
boat boats bateau bateaux m t
chair chairs chaise chaises f t
knife knives couteau couteaux m t
lamp lamps lampe lampes f t
box boxes boîte boîtes f t
clock clocks horloge horloges f t
tool tools outil outils m t
flower flowers fleur fleurs f t
house houses maison maisons f l
garden gardens jardin jardins m l
school schools école écoles f l
church churches église églises f l
street streets rue rues f l
kitchen kitchens cuisine cuisines f l
forest forests forêt forêts f l
shop shops magasin magasins m l
hotel hotels hôtel hôtels m l
village villages village villages m l
room rooms chambre chambres f l
castle castles château châteaux m l
island islands île îles f l
)";

/// english masculine feminine masculine-many feminine-many before-vowel place kinds
constexpr const char* adjectiveTable = R"(
small petit petite petits petites petit before paftwlr
big grand grande grands grandes grand before aftwl
beautiful beau belle beaux belles bel before ptwlr
old vieux vieille vieux vieilles vieil before patwlr
new nouveau nouvelle nouveaux nouvelles nouvel before twlr
good bon bonne bons bonnes bon before pafr
young jeune jeune jeunes jeunes jeune before pa
pretty joli jolie jolis jolies joli before patwl
bad mauvais mauvaise mauvais mauvaises mauvais before fr
red rouge rouge rouges rouges rouge after ftwl
green vert verte verts vertes vert after ftwl
blue bleu bleue bleus bleues bleu after twl
white blanc blanche blancs blanches blanc after aftwl
black noir noire noirs noires noir after atwl
yellow jaune jaune jaunes jaunes jaune after ftwl
sad triste triste tristes tristes triste after par
happy heureux heureuse heureux heureuses heureux after pa
rich riche riche riches riches riche after p
poor pauvre pauvre pauvres pauvres pauvre after p
strong fort forte forts fortes fort after pa
tired fatigué fatiguée fatigués fatiguées fatigué after pa
intelligent intelligent intelligente intelligents intelligentes intelligent after pa
heavy lourd lourde lourds lourdes lourd after twr
expensive cher chère chers chères cher after ftwr
dirty sale sale sales sales sale after patwl
empty vide vide vides vides vide after l
quiet tranquille tranquille tranquilles tranquilles tranquille after pal
hot chaud chaude chauds chaudes chaud after f
cold froid froide froids froides froid after fl
interesting intéressant intéressante intéressants intéressantes intéressant after rl
)";

/// base third je il nous ils objects subjects
constexpr const char* verbTable = R"(
see sees vois voit voyons voient paftwlr pa
love loves aime aime aimons aiment pafrl pa
watch watches regarde regarde regardons regardent pal pa
find finds trouve trouve trouvons trouvent paftwlr pa
hear hears entends entend entendons entendent pa pa
follow follows suis suit suivons suivent pa pa
help helps aide aide aidons aident pa p
know knows connais connaît connaissons connaissent pl p
call calls appelle appelle appelons appellent pa p
eat eats mange mange mangeons mangent f pa
buy buys achète achète achetons achètent ftwl p
sell sells vends vend vendons vendent ftwl p
cut cuts coupe coupe coupons coupent f p
read reads lis lit lisons lisent r p
write writes écris écrit écrivons écrivent r p
understand understands comprends comprend comprenons comprennent pr p
wear wears porte porte portons portent w p
wash washes lave lave lavons lavent aw p
carry carries transporte transporte transportons transportent aft p
lose loses perds perd perdons perdent tw p
hide hides cache cache cachons cachent ftw pa
open opens ouvre ouvre ouvrons ouvrent l p
leave leaves quitte quitte quittons quittent l pa
visit visits visite visite visitons visitent l p
clean cleans nettoie nettoie nettoyons nettoient twl p
admire admires admire admire admirons admirent ptwl p
sleep sleeps dors dort dormons dorment - pa
work works travaille travaille travaillons travaillent - p
play plays joue joue jouons jouent - pa
sing sings chante chante chantons chantent - p
dance dances danse danse dansons dansent - p
wait waits attends attend attendons attendent - pa
laugh laughs ris rit rions rient - pa
run runs cours court courons courent - pa
)";

constexpr const char* adverbTable = R"(
often souvent
always toujours
sometimes parfois
rarely rarement
)";

/// The rows of a table whose rows all have so many words.
std::vector<std::vector<std::string>> rows(const char* table, std::size_t width) {
    const std::vector<std::string> words = splitWords(table);
    assert(words.size() % width == 0);
    std::vector<std::vector<std::string>> all;
    for (std::size_t i = 0; i + width <= words.size(); i += width) {
        const auto first = words.begin() + static_cast<std::ptrdiff_t>(i);
        all.emplace_back(first, first + static_cast<std::ptrdiff_t>(width));
    }
    return all;
}

TranslationWords makeWords() {
    TranslationWords words;
    for (const auto& r : rows(nounTable, 6)) words.nouns.push_back({r[0], r[1], r[2], r[3], r[4] == "f", r[5]});
    for (const auto& r : rows(adjectiveTable, 8))
        words.adjectives.push_back({r[0], r[1], r[2], r[3], r[4], r[5], r[6] == "before", r[7]});
    for (const auto& r : rows(verbTable, 8))
        words.verbs.push_back({r[0], r[1], r[2], r[3], r[4], r[5], r[6] == "-" ? "" : r[6], r[7]});
    for (const auto& r : rows(adverbTable, 2)) words.adverbs.push_back({r[0], r[1]});
    return words;
}

} // namespace

const TranslationWords& translationWords() {
    static const TranslationWords words = makeWords();
    return words;
}

} // namespace headscope
