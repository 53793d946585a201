// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/parameters.h"
#include "core/sources/model_writer.h"
#include "core/sources/opened_model.h"
#include "core/train/finish.h"
#include "core/train/task.h"
#include "tests/core/io_fixture.h"

#include <map>

using namespace headscope;
using namespace headscope::test;
using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

namespace {

TrainOptions tiny(const std::string& task = "previous") {
    TrainOptions o = defaultOptions(*findTask(task));
    o.layers = 1;
    o.heads = 2;
    o.dModel = 8;
    o.batch = 4;
    o.length = std::max(8, findTask(task)->shortest());
    o.rate = 3e-3;
    o.seed = 7;
    return o;
}

Trainer begun(const TrainOptions& options) {
    Result<Trainer> trainer = Trainer::begin(options);
    return std::move(*trainer);
}
Trainer resumed(const std::string& folder) {
    Result<Trainer> trainer = Trainer::resume(folder);
    return std::move(*trainer);
}

void steps(Trainer& trainer, int count) {
    for (int i = 0; i < count; ++i) {
        const Result<TrainStep> step = trainer.step();
        ASSERT_TRUE(step) << step.error().message();
        ASSERT_EQ(step->step, trainer.steps());
    }
}

/// A folder of a run of so many steps.
void trained(const TrainOptions& options, int count, const std::string& folder) {
    Trainer trainer = begun(options);
    steps(trainer, count);
    const Status saved = trainer.save(folder);
    ASSERT_TRUE(saved) << saved.error().message();
}

std::map<std::string, std::string> filesIn(const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::directory_iterator(folder))
        files[entry.path().filename().string()] = readBytes(entry.path().string());
    return files;
}

std::string resumeSays(const std::string& folder) {
    const Result<Trainer> trainer = Trainer::resume(folder);
    return trainer ? "it went on" : trainer.error().message();
}

void replaceIn(const std::string& path, const std::string& what, const std::string& by) {
    std::string text = readBytes(path);
    const std::size_t at = text.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    writeBytes(path, text.replace(at, what.size(), by));
}

std::string beginSays(const TrainOptions& options) {
    const Result<Trainer> trainer = Trainer::begin(options);
    if (trainer) return "it began";
    EXPECT_EQ(trainer.error().code, ErrorCode::Usage);
    return trainer.error().message();
}

} // namespace

TEST(Trainer, LearnsAndIsTheSameAgain) {
    Trainer one = begun(tiny()), two = begun(tiny());
    const double first = one.step()->loss;
    EXPECT_EQ(two.step()->loss, first);
    steps(one, 150);
    steps(two, 150);
    EXPECT_EQ(one.reached().loss, two.reached().loss);
    EXPECT_LT(one.reached().loss, 0.9 * first);
    EXPECT_EQ(one.steps(), 151);
}

TEST(Trainer, WhatIsResumedIsWhatWasNeverInterrupted) {
    const TempFolder temp;
    trained(tiny(), 40, temp / "whole");
    trained(tiny(), 20, temp / "halves");
    Trainer second = resumed(temp / "halves");
    EXPECT_EQ(second.steps(), 20);
    EXPECT_EQ(second.options(), tiny());
    steps(second, 20);
    ASSERT_TRUE(second.save(temp / "halves"));
    const auto whole = filesIn(temp / "whole"), halves = filesIn(temp / "halves");
    ASSERT_EQ(whole.size(), 6U);
    for (const auto& [name, bytes] : whole) EXPECT_EQ(halves.at(name), bytes) << name;
}

TEST(Trainer, EveryTaskLeavesAModelThatOpens) {
    for (const Task* task : tasks()) {
        const TempFolder temp;
        trained(tiny(std::string(task->name())), 1, temp / "model");
        const auto opened = openWithTokenizer(temp / "model");
        ASSERT_TRUE(opened) << task->name() << ": " << opened.error().message();
        EXPECT_TRUE(Trainer::resume(temp / "model")) << resumeSays(temp / "model");
        const auto result = evaluate((*opened)->model, *task, 8 > task->shortest() ? 8 : task->shortest(), 10, 0);
        ASSERT_TRUE(result) << task->name() << ": " << result.error().message();
        EXPECT_EQ(result->sentences, 10);
    }
}

TEST(Trainer, RefusesSizesThatCannotBe) {
    const auto with = [](auto change) {
        TrainOptions o = tiny();
        change(o);
        return beginSays(o);
    };
    EXPECT_THAT(with([](TrainOptions& o) { o.task = "flying"; }), HasSubstr("there is no task \"flying\"; known are"));
    EXPECT_THAT(with([](TrainOptions& o) { o.heads = 3; }), HasSubstr("--heads: 3 heads cannot share --d-model 8"));
    EXPECT_THAT(with([](TrainOptions& o) { o.length = 1; }), HasSubstr("--length: 1 holds no example of previous"));
    EXPECT_THAT(with([](TrainOptions& o) { o.layers = 0; }), HasSubstr("--layers: 0 cannot be"));
    EXPECT_THAT(with([](TrainOptions& o) { o.batch = -1; }), HasSubstr("--batch: -1 cannot be"));
    EXPECT_THAT(with([](TrainOptions& o) { o.rate = 0; }), HasSubstr("--rate: 0 is not a number above 0"));
    TrainOptions large = tiny();
    large.layers = 4000;
    large.dModel = 1 << 20;
    const auto refused = Trainer::begin(large);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::Io);
    EXPECT_THAT(refused.error().message(), HasSubstr("of memory are free"));
}

TEST(Trainer, StoppedOrBrokenItKeepsTheStepBefore) {
    Trainer trainer = begun(tiny());
    steps(trainer, 3);
    const ModelPtr before = trainer.model();
    std::stop_source stop;
    stop.request_stop();
    const Result<TrainStep> stopped = trainer.step(stop.get_token());
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(trainer.model(), before);
    EXPECT_EQ(trainer.steps(), 3);

    TrainOptions wild = tiny();
    wild.rate = 1e38;
    Trainer broken = begun(wild);
    Result<TrainStep> step = broken.step();
    for (int i = 0; step && i < 20; ++i) step = broken.step();
    ASSERT_FALSE(step);
    EXPECT_THAT(step.error().message(), HasSubstr("no number any more; a smaller learning rate helps"));
}

TEST(TrainedFolder, ThoseThatAreNotOursAreRefused) {
    const TempFolder temp;
    EXPECT_THAT(resumeSays(temp / "none"), HasSubstr("there is no such folder"));
    EXPECT_THAT(resumeSays(golden("models/gpt2")), HasSubstr("it has no train.json"));

    trained(tiny(), 2, temp / "a");
    const auto broken = [&](const std::string& file, const std::string& what, const std::string& by) {
        const std::string copy = temp / "copy";
        fs::remove_all(copy);
        fs::copy(temp / "a", copy);
        replaceIn(copy + "/" + file, what, by);
        return resumeSays(copy);
    };
    EXPECT_THAT(broken("train.json", "{", "["), HasSubstr("is not JSON"));
    EXPECT_THAT(broken("train.json", "\"heads\": 2", "\"heads\": \"2\""),
                AllOf(HasSubstr("train.json: heads"), HasSubstr("whole number")));
    EXPECT_THAT(broken("train.json", "\"heads\": 2", "\"heads\": 3"),
                AllOf(HasSubstr("train.json: --heads"), HasSubstr("evenly")));
    EXPECT_THAT(broken("train.json", "\"heads\": 2", "\"heads\": 4"), HasSubstr("belong to different runs"));
    EXPECT_THAT(broken("train.json", "previous", "presious"), HasSubstr("there is no task \"presious\""));
    EXPECT_THAT(broken("optimizer.safetensors", "mean.tokens", "mean.rokens"),
                HasSubstr("mean.tokens: is missing; this checkpoint belongs to a model of another shape"));
    EXPECT_THAT(broken("model.safetensors", "wte.weight", "wtf.weight"), HasSubstr("is missing"));
}

TEST(TrainedFolder, ACheckpointOfAnotherShapeIsRefused) {
    const TempFolder temp;
    trained(tiny(), 2, temp / "a");
    TrainOptions wider = tiny();
    wider.dModel = 16;
    trained(wider, 2, temp / "b");
    fs::copy_file(temp / "b/optimizer.safetensors", temp / "a/optimizer.safetensors",
                  fs::copy_options::overwrite_existing);
    EXPECT_THAT(resumeSays(temp / "a"), HasSubstr("this checkpoint belongs to a model of another shape"));
    fs::remove(temp / "a/optimizer.safetensors");
    EXPECT_THAT(resumeSays(temp / "a"), HasSubstr("a finished model has no such file"));
}

TEST(TrainedFolder, ACrashBetweenTwoFilesLeavesOneThatGoesOn) {
    const TempFolder temp;
    trained(tiny(), 20, temp / "a");
    trained(tiny(), 40, temp / "b");
    trained(tiny(), 60, temp / "whole");
    // As many of the new files as had taken their places; they do so in this order.
    for (const char* name : {"train.json", "optimizer.safetensors", "model.safetensors"}) {
        fs::copy_file(temp / "b" + ("/" + std::string(name)), temp / "a" + ("/" + std::string(name)),
                      fs::copy_options::overwrite_existing);
        ASSERT_TRUE(openModel(temp / "a"));
        Trainer trainer = resumed(temp / "a");
        EXPECT_EQ(trainer.steps(), std::string(name) == "train.json" ? 20 : 40);
        steps(trainer, static_cast<int>(60 - trainer.steps()));
        ASSERT_TRUE(trainer.save(temp / "end"));
        EXPECT_EQ(filesIn(temp / "end"), filesIn(temp / "whole")) << name;
    }
}

TEST(TrainedFolder, WhatCannotBeWrittenLeavesTheOldOne) {
    const TempFolder temp;
    Trainer trainer = begun(tiny());
    ASSERT_TRUE(trainer.save(temp / "a"));
    const auto before = filesIn(temp / "a");
    steps(trainer, 1);
    fs::remove(temp / "a/tokenizer.json");
    fs::create_directory(temp / "a/tokenizer.json");
    EXPECT_FALSE(trainer.save(temp / "a"));
    EXPECT_EQ(readBytes(temp / "a/model.safetensors"), before.at("model.safetensors"));
    EXPECT_EQ(readBytes(temp / "a/train.json"), before.at("train.json"));
}

TEST(Evaluation, RefusesModelsOfOtherTasks) {
    const Trainer trainer = begun(tiny());
    const auto says = [&](const char* task, int length) {
        const auto result = evaluate(trainer.model(), *findTask(task), length, 5, 0);
        return result ? "it did" : result.error().message();
    };
    EXPECT_THAT(says("previous", 9), HasSubstr("reads 8 tokens, not examples of 9"));
    const auto bert = openModel(golden("models/bert")).value();
    EXPECT_THAT(evaluate(bert, *findTask("previous"), 8, 5, 0).error().message(), HasSubstr("of another kind"));
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(evaluate(trainer.model(), trainer.task(), 8, 5, 0, stop.get_token()).error().code, ErrorCode::Cancelled);
}

TEST(Trainer, GoesOnFromWeightsThatSomebodyChanged) {
    const TempFolder temp;
    Trainer trainer = begun(tiny());
    steps(trainer, 3);
    ASSERT_TRUE(trainer.save(temp / "a"));
    Parameters weights = unpack(*trainer.model());
    for (Scalar& x : weights.tokens.row(5)) x += Scalar{1};
    const ModelPtr edited = pack(trainer.model()->config, weights);
    ASSERT_TRUE(writeModel({edited.get(), trainer.task().tokenizerJson(), "{}"}, temp / "edited"));
    fs::copy_file(temp / "edited/model.safetensors", temp / "a/model.safetensors", fs::copy_options::overwrite_existing);
    const Result<Trainer> changed = Trainer::resume(temp / "a");
    ASSERT_TRUE(changed) << changed.error().message();
    EXPECT_EQ(unpack(*changed->model()).tokens, weights.tokens);
    // What a process left behind that ended while it saved is older than the checkpoint.
    fs::last_write_time(temp / "a/model.safetensors",
                        fs::last_write_time(temp / "a/optimizer.safetensors") - std::chrono::seconds(1));
    EXPECT_EQ(unpack(*Trainer::resume(temp / "a")->model()).tokens, unpack(*trainer.model()).tokens);
}

TEST(Evaluate, AModelThatSaysTheSameOfAllWordsKnowsNothing) {
    const Trainer trainer = begun(tiny());
    Parameters weights = unpack(*trainer.model());
    for (const auto& entry : list(weights)) std::fill_n(entry.values->data(), entry.values->size(), Scalar{0});
    const ModelPtr dead = pack(trainer.model()->config, weights);
    EXPECT_EQ(evaluate(dead, trainer.task(), tiny().length, 50, 1)->accuracy, 0);
}

TEST(FinishedModel, IsHalfAsLargeAndKnowsWhatItCan) {
    const TempFolder temp;
    Trainer trainer = begun(tiny());
    steps(trainer, 3);
    ASSERT_TRUE(trainer.save(temp / "a"));
    const Result<Evaluation> unseen = finish(trainer, temp / "a");
    ASSERT_TRUE(unseen) << unseen.error().message();
    const auto files = filesIn(temp / "a");
    EXPECT_EQ(files.size(), 5U) << "config.json, model.safetensors, tokenizer.json, tokenizer_config.json, train.json";
    EXPECT_THAT(files.at("train.json"), AllOf(HasSubstr("headscope train previous --seed 7 --steps 3 --layers 1"),
                                              HasSubstr("\"self_test\""), HasSubstr("\"reads\"")));
    EXPECT_EQ(readTrainRecord(temp / "a")->options, tiny());
    const ModelPtr model = openModel(temp / "a").value();
    EXPECT_EQ(model->weights.tokens->type(), PackedType::Half);
    EXPECT_EQ(evaluate(model, trainer.task(), tiny().length, 1000, 1)->accuracy, unseen->accuracy);
    EXPECT_THAT(resumeSays(temp / "a"), HasSubstr("a finished model has no such file"));
}

TEST(Trainer, GoesBackToAnEarlierStep) {
    const TempFolder temp;
    Trainer trainer = begun(tiny());
    steps(trainer, 5);
    const TrainStep fifth = trainer.reached();
    const ModelPtr then = trainer.model();
    const double sixth = trainer.step()->loss;
    trainer.setRate(10);
    steps(trainer, 3);
    trainer.goBack(fifth, *then);
    trainer.setRate(tiny().rate);
    EXPECT_EQ(trainer.steps(), 5);
    EXPECT_EQ(trainer.reached().loss, fifth.loss);
    ASSERT_TRUE(trainer.saveAt(temp / "at", fifth, *then, {}));
    ASSERT_TRUE(trainer.save(temp / "now"));
    EXPECT_EQ(filesIn(temp / "at"), filesIn(temp / "now")) << "what is saved of a step goes on in the same way";
    EXPECT_EQ(trainer.step()->loss, sixth) << "the same weights and the same examples";
    steps(trainer, 100);
    EXPECT_LT(trainer.reached().loss, fifth.loss);
    Trainer other = resumed(temp / "at");
    steps(other, 101);
    EXPECT_EQ(other.reached().loss, trainer.reached().loss);
}

TEST(Trainer, AHeadThatIsKeptOutStaysOut) {
    const TempFolder temp;
    const HeadPlace head{Site::Self, 0, 1};
    Trainer trainer = begun(tiny());
    const ModelPtr whole = trainer.model();
    trainer.keepOut(head);
    steps(trainer, 3);
    const auto out = [&](const Trainer& t) {
        Parameters weights = unpack(*t.model());
        return isCleared(weights, t.model()->config, head);
    };
    EXPECT_TRUE(out(trainer));
    ASSERT_TRUE(trainer.save(temp / "run"));
    Trainer again = resumed(temp / "run");
    EXPECT_EQ(again.options().without, std::vector{head});
    steps(again, 3);
    EXPECT_TRUE(out(again));
    again.replace(*whole);
    steps(again, 1);
    EXPECT_FALSE(out(again)) << "weights that have the head bring it back";
    replaceIn(temp / "run/train.json", "\"head\": 1", "\"head\": 7");
    EXPECT_THAT(resumeSays(temp / "run"), HasSubstr("no head 7"));
}
