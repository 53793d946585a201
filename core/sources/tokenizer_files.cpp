// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sources/tokenizer_files.h"

#include "core/io/input_file.h"
#include "core/io/safe_file.h"
#include "core/text/tokenizer_texts.h"

#include <filesystem>

namespace headscope {
namespace {

namespace fs = std::filesystem;

/// The largest vocabularies in use take 20 MB.
constexpr std::uint64_t kFileLimit = std::uint64_t{256} << 20;

/// Nothing when there is no such file; a link that leads nowhere is an error.
Result<std::optional<std::string>> readIfThere(const std::string& path) {
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(path, ignored))) return std::optional<std::string>();
    const Result<InputFile> file = InputFile::open(path); // neither devices nor pipes
    if (!file) return file.error();
    if (file->size() > kFileLimit)
        return Error{ErrorCode::Input, path,
                     std::to_string(file->size() >> 20) + " MiB is too large for a tokenizer's file; at most " +
                         std::to_string(kFileLimit >> 20) + " MiB are read"};
    Result<std::string> text = file->head(kFileLimit);
    if (!text) return text.error();
    if (const std::string kind = recognise(*text); !kind.empty() && kind != "this looks like JSON")
        return Error{ErrorCode::Input, path, kind};
    return std::optional<std::string>(std::move(*text));
}

/// What to do when there are only files of SentencePiece, or none.
Error missing(const std::string& folder) {
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
        const std::string ending = entry.path().extension().string();
        if (ending == ".model" || ending == ".spm")
            return {ErrorCode::Input, folder,
                    "there is only " + entry.path().filename().string() +
                        " of SentencePiece; write a tokenizer.json once with Python: "
                        "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)"};
    }
    return {ErrorCode::Input, folder,
            "there is no tokenizer: neither tokenizer.json nor vocab.txt nor vocab.json with merges.txt"};
}

} // namespace

Result<TokenizerPtr> readTokenizer(const std::string& folder) {
    std::error_code problem;
    if (!fs::is_directory(folder, problem))
        return Error{ErrorCode::Io, folder,
                     problem ? describeSystemError(problem.value()) : "this is not a folder; give the model's folder"};
    TokenizerTexts texts;
    const std::pair<const char*, std::optional<std::string>*> files[] = {
        {"tokenizer.json", &texts.tokenizerJson},
        {"vocab.txt", &texts.vocabTxt},
        {"vocab.json", &texts.vocabJson},
        {"merges.txt", &texts.mergesTxt},
        {"tokenizer_config.json", &texts.tokenizerConfig},
        {"special_tokens_map.json", &texts.specialTokensMap},
        {"added_tokens.json", &texts.addedTokens},
        {"config.json", &texts.modelConfig}};
    for (const auto& [name, text] : files) {
        const bool older = text == &texts.vocabTxt || text == &texts.vocabJson || text == &texts.mergesTxt;
        if (older && texts.tokenizerJson) continue;
        Result<std::optional<std::string>> read = readIfThere((fs::path(folder) / name).string());
        if (!read) return read.error();
        *text = std::move(*read);
    }
    if (!texts.tokenizerJson && !texts.vocabTxt && !(texts.vocabJson && texts.mergesTxt)) return missing(folder);
    Result<TokenizerPtr> tokenizer = makeTokenizer(texts);
    if (tokenizer) return tokenizer;
    const Error& error = tokenizer.error();
    return Error{error.code, error.place.empty() ? folder : (fs::path(folder) / error.place).string(), error.detail};
}

} // namespace headscope
