// SPDX-License-Identifier: GPL-3.0-or-later
// From the text of a regular expression to a tree, and from the tree to a program. The syntax is Oniguruma's:
// https://github.com/kkos/oniguruma/blob/master/doc/RE
#include "core/text/regex_program.h"

#include "core/text/regex_set.h"

#include <algorithm>
#include <memory>

namespace headscope {
namespace {

constexpr int kDeepest = 64;
constexpr std::uint32_t kMostRepeats = 1'000;
constexpr std::size_t kLongestProgram = 50'000;

struct Node {
    enum class Kind { Set, Edge, Sequence, Choice, Repeat, Look, LookBack, Atomic };
    Kind kind = Kind::Sequence;
    CharacterSet set;
    RegexOp edge = RegexOp::Begin;
    bool negated = false;
    Greed greed = Greed::Greedy;
    std::uint32_t least = 1;
    std::uint32_t most = 1;
    std::vector<Node> parts;
};

class Parser {
public:
    explicit Parser(std::string_view pattern) : m_scan(pattern) {}

    Result<Node> parse() {
        Node node = choice(0);
        if (!m_scan.error && !m_scan.atEnd()) m_scan.fail("an unexpected \")\"");
        if (m_scan.error) return *m_scan.error;
        return node;
    }

private:
    Node choice(int depth);
    Node sequence(int depth);
    Node atom(int depth);
    Node group(int depth);
    Node wrapped(Node::Kind kind, bool negated, int depth);
    Node escape();
    void quantify(Node& node);
    bool counts(std::uint32_t& least, std::uint32_t& most);
    Node setNode(CharacterSet set) const;
    bool options();

    RegexScanner m_scan;
    bool m_foldsCase = false;
    bool m_dotAll = false;
};

Node edgeNode(RegexOp op, bool negated = false) {
    Node node;
    node.kind = Node::Kind::Edge;
    node.edge = op;
    node.negated = negated;
    return node;
}

Node Parser::setNode(CharacterSet set) const {
    Node node;
    node.kind = Node::Kind::Set;
    set.foldsCase = m_foldsCase;
    node.set = std::move(set);
    return node;
}

Node Parser::choice(int depth) {
    Node node;
    node.kind = Node::Kind::Choice;
    const bool foldsCase = m_foldsCase; // an option that is switched in a group ends with it
    const bool dotAll = m_dotAll;
    if (depth > kDeepest) m_scan.fail("too many groups within one another");
    do node.parts.push_back(sequence(depth));
    while (!m_scan.error && m_scan.take('|'));
    m_foldsCase = foldsCase;
    m_dotAll = dotAll;
    return node.parts.size() == 1 ? std::move(node.parts.front()) : node;
}

Node Parser::sequence(int depth) {
    Node node;
    while (!m_scan.error && !m_scan.atEnd() && m_scan.peek() != '|' && m_scan.peek() != ')') {
        Node part = atom(depth);
        while (!m_scan.error && !m_scan.atEnd()) {
            const std::size_t before = m_scan.at;
            quantify(part);
            if (m_scan.at == before) break;
        }
        node.parts.push_back(std::move(part));
    }
    return node;
}

Node Parser::atom(int depth) {
    const char32_t c = m_scan.next();
    switch (c) {
    case '(':
        return group(depth);
    case '[':
        return setNode(m_scan.bracket(0));
    case '\\':
        return escape();
    case '.': {
        CharacterSet all;
        all.ranges = {{0, 0x10FFFF}};
        if (!m_dotAll) all.ranges = {{0, 9}, {11, 0x10FFFF}};
        return setNode(all);
    }
    case '^':
        return edgeNode(RegexOp::LineBegin);
    case '$':
        return edgeNode(RegexOp::LineEnd);
    case '*':
    case '+':
    case '?':
        m_scan.fail("a quantifier with nothing before it");
        return {};
    default:
        return setNode(singleCharacter(c));
    }
}

/// (?i), (?m-i: … Returns whether a group follows.
bool Parser::options() {
    for (bool on = true; !m_scan.atEnd();) {
        const char32_t c = m_scan.next();
        if (c == '-')
            on = false;
        else if (c == 'i')
            m_foldsCase = on;
        else if (c == 'm' || c == 's')
            m_dotAll = on;
        else if (c == ':' || c == ')')
            return c == ':';
        else
            break;
    }
    m_scan.fail("an option that is not known; known: i, m, s");
    return false;
}

Node Parser::wrapped(Node::Kind kind, bool negated, int depth) {
    Node node;
    node.kind = kind;
    node.negated = negated;
    node.parts.push_back(choice(depth + 1));
    if (!m_scan.take(')')) m_scan.fail("a group that is not closed");
    return node;
}

Node Parser::group(int depth) {
    if (!m_scan.take('?')) return wrapped(Node::Kind::Sequence, false, depth);
    if (m_scan.take(':')) return wrapped(Node::Kind::Sequence, false, depth);
    if (m_scan.take('=')) return wrapped(Node::Kind::Look, false, depth);
    if (m_scan.take('!')) return wrapped(Node::Kind::Look, true, depth);
    if (m_scan.take('>')) return wrapped(Node::Kind::Atomic, false, depth);
    if (m_scan.take('<')) {
        if (m_scan.take('=')) return wrapped(Node::Kind::LookBack, false, depth);
        if (m_scan.take('!')) return wrapped(Node::Kind::LookBack, true, depth);
        while (!m_scan.atEnd() && m_scan.next() != '>') {
        } // a name: nothing reads it back
        return wrapped(Node::Kind::Sequence, false, depth);
    }
    const bool foldsCase = m_foldsCase;
    const bool dotAll = m_dotAll;
    if (!options()) return {}; // for the rest of the group that it stands in
    Node node = wrapped(Node::Kind::Sequence, false, depth);
    m_foldsCase = foldsCase;
    m_dotAll = dotAll;
    return node;
}

Node Parser::escape() {
    const std::size_t place = m_scan.at;
    switch (m_scan.next()) {
    case 'A':
        return edgeNode(RegexOp::Begin);
    case 'z':
        return edgeNode(RegexOp::End);
    case 'Z':
        return edgeNode(RegexOp::EndOrLine);
    case 'b':
        return edgeNode(RegexOp::WordEdge);
    case 'B':
        return edgeNode(RegexOp::WordEdge, true);
    default:
        m_scan.at = place;
        return setNode(m_scan.escape(false));
    }
}

/// {2}, {2,}, {,3} or {2,3}; anything else in braces is text.
bool Parser::counts(std::uint32_t& least, std::uint32_t& most) {
    const std::size_t place = m_scan.at;
    const std::optional<std::uint32_t> low = m_scan.number();
    std::optional<std::uint32_t> high = low;
    const bool comma = m_scan.take(',');
    if (comma) high = m_scan.number();
    if ((!low && !high) || !m_scan.take('}')) return m_scan.at = place, false;
    least = low.value_or(0);
    most = high.value_or(kUnbounded);
    if (least > kMostRepeats || (most != kUnbounded && most > kMostRepeats))
        m_scan.fail("a repeat of more than " + std::to_string(kMostRepeats));
    if (least > most) m_scan.fail("a repeat whose least is more than its most");
    return true;
}

void Parser::quantify(Node& node) {
    std::uint32_t least = 0;
    std::uint32_t most = kUnbounded;
    bool braces = false;
    if (m_scan.take('+')) {
        least = 1;
    } else if (m_scan.take('?')) {
        most = 1;
    } else if (m_scan.take('{')) {
        braces = true;
        if (!counts(least, most)) {
            --m_scan.at;
            return;
        }
    } else if (!m_scan.take('*')) {
        return;
    }
    Node repeated;
    repeated.kind = Node::Kind::Repeat;
    repeated.least = least;
    repeated.most = most;
    if (m_scan.take('?'))
        repeated.greed = Greed::Lazy;
    else if (!braces && m_scan.take('+'))
        repeated.greed = Greed::Possessive;
    repeated.parts.push_back(std::move(node));
    node = std::move(repeated);
}

/// The least and the greatest number of characters that a node reads.
std::pair<std::uint32_t, std::uint32_t> lengths(const Node& node) {
    const auto times = [](std::uint32_t a, std::uint32_t b) {
        const std::uint64_t product = std::uint64_t{a} * b;
        return a == kUnbounded || b == kUnbounded || product > kUnbounded ? (a && b ? kUnbounded : 0)
                                                                          : static_cast<std::uint32_t>(product);
    };
    std::pair<std::uint32_t, std::uint32_t> found{0, 0};
    switch (node.kind) {
    case Node::Kind::Set:
        return {1, 1};
    case Node::Kind::Repeat: {
        const auto [least, most] = lengths(node.parts.front());
        return {times(least, node.least), times(most, node.most)};
    }
    case Node::Kind::Choice:
        found.first = kUnbounded;
        for (const Node& part : node.parts) {
            const auto [least, most] = lengths(part);
            found = {std::min(found.first, least), std::max(found.second, most)};
        }
        return found;
    case Node::Kind::Sequence:
    case Node::Kind::Atomic:
        for (const Node& part : node.parts) {
            const auto [least, most] = lengths(part);
            found.first += least;
            found.second = most == kUnbounded || found.second == kUnbounded ? kUnbounded : found.second + most;
        }
        return found;
    default:
        return found;
    }
}

class Compiler {
public:
    Result<RegexProgram> compile(const Node& node) {
        emit(node);
        add({.op = RegexOp::Accept});
        if (!m_problem.empty()) return Error{ErrorCode::Input, "", m_problem};
        for (CharacterSet& set : m_program.sets) set.prepare();
        return std::move(m_program);
    }

private:
    std::uint32_t here() const { return static_cast<std::uint32_t>(m_program.code.size()); }
    std::uint32_t add(RegexInstruction instruction) {
        if (m_program.code.size() >= kLongestProgram)
            m_problem = "it is too long with all its repeats written out";
        else
            m_program.code.push_back(instruction);
        return here() - 1;
    }
    std::uint32_t addSet(const CharacterSet& set) {
        m_program.sets.push_back(set);
        return static_cast<std::uint32_t>(m_program.sets.size() - 1);
    }

    void emit(const Node& node);
    void emitChoice(const Node& node);
    void emitRepeat(const Node& node);
    void emitLoop(const Node& body, Greed greed);
    void emitOptional(const Node& body, Greed greed, std::uint32_t times);
    void emitEnclosed(const Node& node, RegexInstruction head);

    RegexProgram m_program;
    std::string m_problem;
};

void Compiler::emit(const Node& node) {
    if (!m_problem.empty()) return;
    switch (node.kind) {
    case Node::Kind::Set:
        add({.op = RegexOp::Set, .a = addSet(node.set)});
        return;
    case Node::Kind::Edge:
        add({.op = node.edge, .negated = node.negated});
        return;
    case Node::Kind::Sequence:
        for (const Node& part : node.parts) emit(part);
        return;
    case Node::Kind::Choice:
        return emitChoice(node);
    case Node::Kind::Repeat:
        return emitRepeat(node);
    case Node::Kind::Look:
        return emitEnclosed(node, {.op = RegexOp::Look, .negated = node.negated});
    case Node::Kind::Atomic:
        return emitEnclosed(node, {.op = RegexOp::Atomic});
    case Node::Kind::LookBack: {
        const auto [least, most] = lengths(node.parts.front());
        if (most > kMostRepeats) m_problem = "a look-behind of any length";
        return emitEnclosed(node, {.op = RegexOp::LookBack, .negated = node.negated, .least = least, .most = most});
    }
    }
}

void Compiler::emitEnclosed(const Node& node, RegexInstruction head) {
    const std::uint32_t begin = add(head);
    emit(node.parts.front());
    if (head.op == RegexOp::LookBack) add({.op = RegexOp::Here});
    add({.op = RegexOp::Accept});
    m_program.code[begin].a = here();
}

void Compiler::emitChoice(const Node& node) {
    std::vector<std::uint32_t> jumps;
    for (std::size_t i = 0; i + 1 < node.parts.size() && m_problem.empty(); ++i) {
        const std::uint32_t fork = add({.op = RegexOp::Fork});
        m_program.code[fork].a = here();
        emit(node.parts[i]);
        jumps.push_back(add({.op = RegexOp::Jump}));
        m_program.code[fork].b = here();
    }
    emit(node.parts.back());
    for (const std::uint32_t jump : jumps) m_program.code[jump].a = here();
}

void Compiler::emitRepeat(const Node& node) {
    const Node& body = node.parts.front();
    if (body.kind == Node::Kind::Set) {
        add({.op = RegexOp::Repeat,
             .greed = node.greed,
             .a = addSet(body.set),
             .least = node.least,
             .most = node.most});
        return;
    }
    if (node.greed == Greed::Possessive) {
        Node inner = node;
        inner.greed = Greed::Greedy;
        Node atomic;
        atomic.kind = Node::Kind::Atomic;
        atomic.parts.push_back(std::move(inner));
        return emit(atomic);
    }
    for (std::uint32_t i = 0; i < node.least && m_problem.empty(); ++i) emit(body);
    if (node.most == kUnbounded)
        emitLoop(body, node.greed);
    else
        emitOptional(body, node.greed, node.most - node.least);
}

void Compiler::emitLoop(const Node& body, Greed greed) {
    const std::uint32_t slot = m_program.slots++;
    const std::uint32_t fork = add({.op = RegexOp::Fork});
    add({.op = RegexOp::Mark, .a = slot});
    emit(body);
    add({.op = RegexOp::Progress, .a = slot});
    add({.op = RegexOp::Jump, .a = fork});
    m_program.code[fork].a = greed == Greed::Lazy ? here() : fork + 1;
    m_program.code[fork].b = greed == Greed::Lazy ? fork + 1 : here();
}

/// The body once more or not, `times` times within one another.
void Compiler::emitOptional(const Node& body, Greed greed, std::uint32_t times) {
    std::vector<std::uint32_t> forks;
    for (std::uint32_t i = 0; i < times && m_problem.empty(); ++i) {
        forks.push_back(add({.op = RegexOp::Fork}));
        emit(body);
    }
    for (const std::uint32_t fork : forks) {
        m_program.code[fork].a = greed == Greed::Lazy ? here() : fork + 1;
        m_program.code[fork].b = greed == Greed::Lazy ? fork + 1 : here();
    }
}

} // namespace

Result<RegexProgram> parseRegex(std::string_view pattern) {
    if (pattern.size() > kLongestProgram) return Error{ErrorCode::Input, "", "this regular expression is too long"};
    const auto explain = [](Error error) {
        error.detail = "this regular expression cannot be used: " + error.detail;
        return error;
    };
    const Result<Node> tree = Parser(pattern).parse();
    if (!tree) return explain(tree.error());
    Result<RegexProgram> program = Compiler().compile(*tree);
    return program ? program : explain(program.error());
}

} // namespace headscope
