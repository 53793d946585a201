// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/text/regex.h"

#include "core/text/regex_program.h"

#include <algorithm>
#include <cassert>
#include <optional>

namespace headscope {

bool isRegexWord(char32_t c) {
    constexpr std::u32string_view superscripts = U"\u00B2\u00B3\u00B9\u00BC\u00BD\u00BE";
    constexpr std::u32string_view joiners = U"\u200C\u200D";
    if (superscripts.find(c) != std::u32string_view::npos) return true;
    return isWordCharacter(c) && joiners.find(c) == std::u32string_view::npos;
}

void CharacterSet::prepare() {
    for (char32_t c = 0; c < 128; ++c) ascii[c] = decide(c);
    for (CharacterSet& member : members) member.prepare();
    for (CharacterSet& set : within) set.prepare();
}

bool CharacterSet::holds(char32_t c) const {
    const auto inRange = [c](const std::pair<char32_t, char32_t>& range) {
        return range.first <= c && c <= range.second;
    };
    const auto has = [c](UnicodeProperty property) { return hasProperty(c, property); };
    const auto inMember = [c](const CharacterSet& member) { return member.decide(c); };
    return (categories && inCategories(c, categories)) || (whiteSpace && isWhiteSpace(c)) ||
           (wordCharacters && isRegexWord(c)) || std::any_of(ranges.begin(), ranges.end(), inRange) ||
           std::any_of(properties.begin(), properties.end(), has) ||
           std::any_of(members.begin(), members.end(), inMember);
}

bool CharacterSet::decide(char32_t c) const {
    bool found = holds(c);
    if (!found && foldsCase) found = holds(simpleFold(c)) || holds(lowered(c).front()) || holds(simpleUpper(c));
    const bool all = std::all_of(within.begin(), within.end(), [c](const CharacterSet& set) { return set.decide(c); });
    return (found && all) != negated;
}

namespace {

/// Steps for every byte of a text, beside a fixed amount, before a pattern is given up.
constexpr std::uint64_t kStepsPerByte = 1'000;
constexpr std::uint64_t kSteps = 20'000'000;

/// Tries one program on one text; keeps its stack between tries.
class Machine {
public:
    Machine(const RegexProgram& program, std::string_view text)
        : m_program(program), m_text(text), m_slots(program.slots, 0),
          m_stepsLeft(kSteps + kStepsPerByte * text.size()) {}

    /// Where the match that begins at `begin` ends.
    std::optional<std::size_t> match(std::size_t begin) { return run(0, begin); }
    bool exhausted() const { return m_exhausted; }

private:
    enum class Kind : std::uint8_t { Goto, GiveBack, TakeMore, Slot };
    struct Frame {
        Kind kind;
        std::uint32_t pc;   ///< Slot: the slot
        std::size_t at;     ///< where to go on; Slot: its old value
        std::size_t bound;  ///< GiveBack: not before this place
        std::uint32_t left; ///< TakeMore: how many more may be read
    };

    std::optional<std::size_t> run(std::uint32_t pc, std::size_t at);
    bool step(std::uint32_t& pc, std::size_t& at);
    bool resume(std::uint32_t& pc, std::size_t& at, std::size_t bottom);
    bool repeat(const RegexInstruction& instruction, std::uint32_t pc, std::size_t& at);
    bool look(const RegexInstruction& instruction, std::uint32_t pc, std::size_t& at);
    bool lookBack(const RegexInstruction& instruction, std::uint32_t pc, std::size_t at);
    bool holds(const RegexInstruction& instruction, std::size_t at) const;
    bool wordAt(std::size_t at) const;
    bool read(const CharacterSet& set, std::size_t& at) const;
    bool spend(std::uint64_t steps);

    const RegexProgram& m_program;
    std::string_view m_text;
    std::vector<Frame> m_stack;
    std::vector<std::size_t> m_slots;
    std::size_t m_target = 0; ///< of the LookBack that is being tried
    std::uint64_t m_stepsLeft;
    bool m_exhausted = false;
};

bool Machine::spend(std::uint64_t steps) {
    if (m_stepsLeft < steps) m_exhausted = true;
    m_stepsLeft -= std::min(steps, m_stepsLeft);
    return !m_exhausted;
}

bool Machine::read(const CharacterSet& set, std::size_t& at) const {
    if (at == m_text.size()) return false;
    std::size_t next = at;
    if (!set.contains(nextCodePoint(m_text, next))) return false;
    at = next;
    return true;
}

bool Machine::wordAt(std::size_t at) const {
    return at < m_text.size() && isRegexWord(nextCodePoint(m_text, at));
}

bool Machine::holds(const RegexInstruction& instruction, std::size_t at) const {
    const std::size_t size = m_text.size();
    switch (instruction.op) {
    case RegexOp::Here:
        return at == m_target;
    case RegexOp::Begin:
        return at == 0;
    case RegexOp::End:
        return at == size;
    case RegexOp::EndOrLine:
        return at == size || (at + 1 == size && m_text[at] == '\n');
    case RegexOp::LineBegin:
        return at == 0 || (m_text[at - 1] == '\n' && at < size);
    case RegexOp::LineEnd:
        return at == size || m_text[at] == '\n';
    default: {
        const bool before = at > 0 && wordAt(codePointBefore(m_text, at));
        return (before != wordAt(at)) != instruction.negated;
    }
    }
}

bool Machine::repeat(const RegexInstruction& instruction, std::uint32_t pc, std::size_t& at) {
    const CharacterSet& set = m_program.sets[instruction.a];
    const std::size_t begin = at;
    std::uint32_t count = 0;
    while (count < instruction.least && read(set, at)) ++count;
    bool enough = count == instruction.least;
    if (enough && instruction.greed == Greed::Lazy) {
        if (instruction.most > count) m_stack.push_back({Kind::TakeMore, pc, at, 0, instruction.most - count});
    } else if (enough) {
        const std::size_t bound = at;
        while (count < instruction.most && read(set, at)) ++count;
        if (instruction.greed == Greed::Greedy && at > bound) m_stack.push_back({Kind::GiveBack, pc + 1, at, bound, 0});
    }
    return spend(at - begin) && enough;
}

bool Machine::look(const RegexInstruction& instruction, std::uint32_t pc, std::size_t& at) {
    const std::optional<std::size_t> end = run(pc + 1, at);
    if (instruction.op == RegexOp::Atomic && end) at = *end;
    return end.has_value() != instruction.negated;
}

bool Machine::lookBack(const RegexInstruction& instruction, std::uint32_t pc, std::size_t at) {
    const std::size_t outer = m_target;
    m_target = at;
    bool found = false;
    std::size_t begin = at;
    for (std::uint32_t length = 0; length <= instruction.most && !m_exhausted; ++length) {
        found = length >= instruction.least && run(pc + 1, begin).has_value();
        if (found || begin == 0) break;
        begin = codePointBefore(m_text, begin);
    }
    m_target = outer;
    return found != instruction.negated;
}

/// One instruction; false: this way leads nowhere.
bool Machine::step(std::uint32_t& pc, std::size_t& at) {
    const RegexInstruction& instruction = m_program.code[pc];
    switch (instruction.op) {
    case RegexOp::Set:
        return read(m_program.sets[instruction.a], at) && (++pc, true);
    case RegexOp::Repeat:
        return repeat(instruction, pc, at) && (++pc, true);
    case RegexOp::Fork:
        m_stack.push_back({Kind::Goto, instruction.b, at, 0, 0});
        [[fallthrough]];
    case RegexOp::Jump:
        pc = instruction.a;
        return true;
    case RegexOp::Mark:
        m_stack.push_back({Kind::Slot, instruction.a, m_slots[instruction.a], 0, 0});
        m_slots[instruction.a] = at;
        return ++pc, true;
    case RegexOp::Progress:
        return at != m_slots[instruction.a] && (++pc, true);
    case RegexOp::Look:
    case RegexOp::Atomic:
        if (!look(instruction, pc, at)) return false;
        pc = instruction.a;
        return true;
    case RegexOp::LookBack:
        if (!lookBack(instruction, pc, at)) return false;
        pc = instruction.a;
        return true;
    default:
        return holds(instruction, at) && (++pc, true);
    }
}

/// Takes the newest other way that is left above `bottom`.
bool Machine::resume(std::uint32_t& pc, std::size_t& at, std::size_t bottom) {
    while (m_stack.size() > bottom) {
        Frame& frame = m_stack.back();
        switch (frame.kind) {
        case Kind::Slot:
            m_slots[frame.pc] = frame.at;
            m_stack.pop_back();
            continue;
        case Kind::Goto:
            pc = frame.pc;
            at = frame.at;
            m_stack.pop_back();
            return true;
        case Kind::GiveBack:
            pc = frame.pc;
            at = frame.at = codePointBefore(m_text, frame.at);
            if (frame.at == frame.bound) m_stack.pop_back();
            return true;
        case Kind::TakeMore:
            pc = frame.pc + 1;
            at = frame.at;
            if (!read(m_program.sets[m_program.code[frame.pc].a], at)) {
                m_stack.pop_back();
                continue;
            }
            frame.at = at;
            if (--frame.left == 0) m_stack.pop_back();
            return true;
        }
    }
    return false;
}

std::optional<std::size_t> Machine::run(std::uint32_t pc, std::size_t at) {
    const std::size_t bottom = m_stack.size();
    std::optional<std::size_t> end;
    while (spend(1)) {
        if (m_program.code[pc].op == RegexOp::Accept) {
            end = at;
            break;
        }
        if (!step(pc, at) && !resume(pc, at, bottom)) break;
    }
    // What was noted on the way is undone with the ways that were not taken.
    for (; m_stack.size() > bottom; m_stack.pop_back())
        if (m_stack.back().kind == Kind::Slot) m_slots[m_stack.back().pc] = m_stack.back().at;
    return end;
}

} // namespace

Result<Regex> Regex::compile(std::string_view pattern) {
    Result<RegexProgram> program = parseRegex(pattern);
    if (!program) return program.error();
    return Regex(std::make_shared<const RegexProgram>(std::move(*program)));
}

Regex Regex::literal(std::string_view text) {
    RegexProgram program;
    for (std::size_t at = 0; at < text.size();) {
        const char32_t c = nextCodePoint(text, at);
        CharacterSet set;
        set.ranges = {{c, c}};
        set.prepare();
        program.code.push_back({.op = RegexOp::Set, .a = static_cast<std::uint32_t>(program.sets.size())});
        program.sets.push_back(std::move(set));
    }
    program.code.push_back({.op = RegexOp::Accept});
    return Regex(std::make_shared<const RegexProgram>(std::move(program)));
}

Result<std::vector<ByteRange>> Regex::findAll(std::string_view text) const {
    std::vector<ByteRange> matches;
    Machine machine(*m_program, text);
    for (std::size_t at = 0; at <= text.size() && !text.empty();) {
        const std::optional<std::size_t> end = machine.match(at);
        if (machine.exhausted())
            return Error{ErrorCode::Input, "", "this regular expression needs too many steps on this text"};
        const bool touches = end == at && !matches.empty() && matches.back().end == at;
        if (end && !touches) matches.push_back({static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(*end)});
        if (end && *end > at)
            at = *end;
        else if (at == text.size())
            break;
        else
            nextCodePoint(text, at);
    }
    return matches;
}

} // namespace headscope
