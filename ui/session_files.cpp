// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/session_files.h"

#include "core/io/mask_file.h"
#include "core/session/session_file.h"
#include "ui/document.h"
#include "ui/preferences.h"

#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <algorithm>

namespace headscope {

namespace {

std::string native(const QString& path) { return QFile::encodeName(path).toStdString(); }
QString inWords(const Error& error) { return QString::fromStdString(error.message()); }

/// Heads, layers and tokens are other ones: what was kept of the old ones means nothing here.
void takeModel(Session& s, const std::string& model) {
    if (s.model == model) return;
    s.model = model;
    s.view.head = 0;
    s.view.layer = 0;
    s.view.site.reset();
    s.view.activeHeads.clear();
    s.view.pinnedQueries.clear();
    s.view.pinnedKeys.clear();
}

/// What a .npy can be for these numbers of queries and keys.
DroppedArray judge(const QString& path, const Array& array, Index queries, Index keys) {
    DroppedArray dropped;
    dropped.path = path;
    const auto& shape = array.shape;
    const bool flat = shape.size() == 2;
    const bool binary = std::all_of(array.values.begin(), array.values.end(), [](Scalar v) { return v == 0 || v == 1; });
    const bool fits = shape.size() >= 2 && shape[shape.size() - 2] == queries && shape.back() == keys;
    dropped.canBeMask = (flat || shape.size() == 3) && binary && fits;
    dropped.canBeInput = flat && array.dtype != DType::Bool && (shape[0] == queries || !dropped.canBeMask);
    return dropped;
}

} // namespace

SessionFiles::SessionFiles(Document& document, QWidget* window)
    : QObject(window), m_document(document), m_window(window), m_loader([this](const Loaded& loaded) { finish(loaded); }) {}

QString SessionFiles::chooseFile(const QString& title, const QString& filter) const {
    QFileDialog dialog(m_window, title, QFileInfo(m_document.path()).absolutePath(), filter);
    // A typed name that is not there comes back, too: what is wrong with it is said in the window and not in a second dialog.
    dialog.setFileMode(QFileDialog::AnyFile);
    dialog.setAcceptMode(QFileDialog::AcceptOpen);
    return dialog.exec() == QDialog::Accepted ? dialog.selectedFiles().constFirst() : QString();
}

void SessionFiles::newSession() {
    if (!mayLeave()) return;
    m_document.reset(Session(), QString());
}

void SessionFiles::openSession() {
    const QString path = chooseFile(tr("Open a session"), tr("Headscope sessions (*.headscope);;All files (*)"));
    if (!path.isEmpty()) open(path);
}

void SessionFiles::open(const QString& path) {
    m_loader.start([path](const std::stop_token&) {
        Loaded loaded;
        loaded.path = path;
        Result<Session> session = readSession(native(path));
        if (session) loaded.session = *session;
        else loaded.error = session.error();
        return loaded;
    });
}

void SessionFiles::finish(const Loaded& loaded) {
    if (loaded.error) {
        if (loaded.error->code != ErrorCode::Cancelled) emit failed(inWords(*loaded.error));
    } else if (loaded.session) {
        if (!mayLeave()) return;
        m_document.reset(*loaded.session, loaded.path);
        Preferences().addRecentFile(loaded.path);
        emit done(tr("Opened %1").arg(QFileInfo(loaded.path).fileName()));
    } else if (loaded.array.canBeMask && loaded.array.canBeInput) {
        emit undecided(loaded.array);
    } else if (loaded.array.canBeMask) {
        useMask(loaded.array.mask);
    } else {
        useInput(loaded.array.path, false);
    }
}

bool SessionFiles::saveSession() { return m_document.path().isEmpty() ? saveSessionAs() : save(m_document.path()); }

bool SessionFiles::saveSessionAs() {
    QFileDialog dialog(m_window, tr("Save the session"), QFileInfo(m_document.path()).absolutePath(), tr("Headscope sessions (*.headscope)"));
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(QStringLiteral("headscope"));
    if (!m_document.path().isEmpty()) dialog.selectFile(m_document.path());
    return dialog.exec() == QDialog::Accepted && save(dialog.selectedFiles().constFirst());
}

bool SessionFiles::save(const QString& path) {
    if (const Status saved = m_document.save(path); !saved) {
        emit failed(inWords(saved.error()));
        return false;
    }
    Preferences().addRecentFile(path);
    emit done(tr("Saved %1").arg(QFileInfo(path).fileName()));
    return true;
}

bool SessionFiles::mayLeave() {
    if (!m_document.isModified()) return true;
    QMessageBox question(QMessageBox::Question, tr("Headscope"), tr("Keep the changes to this session?"),
                         QMessageBox::Save | QMessageBox::Discard | QMessageBox::Cancel, m_window);
    question.setObjectName(QStringLiteral("keepChanges"));
    if (m_document.isLive()) question.setInformativeText(tr("The training is kept in any case."));
    question.setDefaultButton(QMessageBox::Save);
    const int answer = question.exec();
    return answer == QMessageBox::Discard || (answer == QMessageBox::Save && saveSession());
}

void SessionFiles::chooseWeights() {
    const QString path = chooseFile(tr("Weights of an attention layer"), tr("Weights (*.safetensors *.npz);;All files (*)"));
    if (!path.isEmpty()) useWeights(path);
}

void SessionFiles::useWeights(const QString& path) {
    const bool again = m_document.session().sandbox.weightsFile == native(path);
    m_document.edit(tr("weights from a file"), [&](Session& s) {
        takeModel(s, {});
        s.sandbox.weights = WeightSource::File;
        s.sandbox.weightsFile = native(path);
        s.sandbox.weightsPrefix.clear();
        // The file says these.
        s.sandbox.dModel.reset();
        s.sandbox.dK.reset();
        s.sandbox.dV.reset();
        s.sandbox.kvHeads.reset();
    });
    if (again) m_document.rereadFiles();
}

void SessionFiles::chooseInput(bool second) {
    const QString path = chooseFile(tr("Token vectors, [tokens, d_model]"), tr("NumPy arrays (*.npy);;All files (*)"));
    if (!path.isEmpty()) useInput(path, second);
}

void SessionFiles::useInput(const QString& path, bool second) {
    const Sandbox& sandbox = m_document.session().sandbox;
    const bool again = (second ? sandbox.input2File : sandbox.inputFile) == native(path);
    m_document.edit(tr("token vectors"), [&](Session& s) {
        takeModel(s, {});
        (second ? s.sandbox.input2File : s.sandbox.inputFile) = native(path);
    });
    if (again) m_document.rereadFiles();
}

void SessionFiles::chooseMask() {
    const QString path = chooseFile(tr("A mask of 0 and 1"), tr("NumPy arrays (*.npy);;All files (*)"));
    if (!path.isEmpty()) loadMask(path);
}

void SessionFiles::loadMask(const QString& path) {
    m_loader.start([path](const std::stop_token&) {
        Loaded loaded;
        loaded.array.path = path;
        loaded.array.canBeMask = true;
        Result<MaskGrid> grid = readMask(native(path));
        if (grid) loaded.array.mask = std::make_shared<const MaskGrid>(std::move(*grid));
        else loaded.error = grid.error();
        return loaded;
    });
}

void SessionFiles::useMask(std::shared_ptr<const MaskGrid> mask) {
    m_document.edit(tr("mask from a file"), [&](Session& s) {
        takeModel(s, {});
        s.sandbox.mask.grid = std::move(mask);
        s.sandbox.mask.gridFollowsText = false;
    });
}

void SessionFiles::chooseModel() {
    const QString folder = QFileDialog::getExistingDirectory(m_window, tr("A model's folder, the one with config.json"));
    if (!folder.isEmpty()) useModel(folder);
}

void SessionFiles::chooseTrained() {
    QFileDialog dialog(m_window, tr("A new folder for the trained model"), QDir::homePath());
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setOption(QFileDialog::ShowDirsOnly);
    dialog.setFileMode(QFileDialog::AnyFile);
    dialog.selectFile(tr("trained-model"));
    if (dialog.exec() == QDialog::Accepted) emit trainedWanted(dialog.selectedFiles().constFirst());
}

void SessionFiles::useModel(const QString& model) {
    const bool again = !model.isEmpty() && m_document.session().model == native(model);
    m_document.endMerging(); // the model before is a step of its own
    m_document.edit(tr("model"), [&](Session& s) { takeModel(s, native(model)); }, Document::Merge::Gesture);
    if (again) m_document.rereadFiles();
}

void SessionFiles::useExample(const Example& example, bool withModel) {
    const auto take = [&](Session& s) {
        s.text = example.text;
        s.text2 = example.text2;
        s.view.pinnedQueries.clear();
        s.view.pinnedKeys.clear();
        if (!s.model.empty()) return; // the sandbox keeps its dials
        s.sandbox.mask = {};
        s.sandbox.inputFile.clear();
        s.sandbox.input2File.clear();
    };
    if (withModel) m_document.edit(tr("model"), take, Document::Merge::Gesture);
    else m_document.edit(tr("example"), take);
}

void SessionFiles::drop(const QString& path) {
    const QFileInfo file(path);
    if (file.isDir()) return useModel(path);
    const QString ending = file.suffix().toLower();
    // A model's weights alone are no layer of the sandbox.
    if (ending == QLatin1String("safetensors") && file.dir().exists(QStringLiteral("config.json"))) return useModel(file.absolutePath());
    if (ending == QLatin1String("safetensors") || ending == QLatin1String("npz")) return useWeights(path);
    if (ending != QLatin1String("npy")) return open(path);
    const Analysis& analysis = *m_document.analysis();
    const auto queries = static_cast<Index>(analysis.queries.size());
    const auto keys = static_cast<Index>(analysis.keys.size());
    m_loader.start([path, queries, keys](const std::stop_token&) {
        Loaded loaded;
        Result<Array> array = readNpy(native(path));
        if (!array) {
            loaded.error = array.error();
            return loaded;
        }
        loaded.array = judge(path, *array, queries, keys);
        if (loaded.array.canBeMask) {
            Result<MaskGrid> grid = readMask(native(path));
            if (grid) loaded.array.mask = std::make_shared<const MaskGrid>(std::move(*grid));
            else loaded.error = grid.error();
        }
        return loaded;
    });
}

} // namespace headscope
