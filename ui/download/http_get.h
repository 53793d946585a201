// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QObject>
#include <QPair>
#include <QTimer>
#include <QUrl>
#include <chrono>
#include <optional>
#include <string>

class QNetworkAccessManager;
class QNetworkReply;

namespace headscope {

/// Whom to speak to, and how patiently.
struct HttpRules {
    QUrl home;                                 ///< the Hub; the token goes to it and nowhere else
    QByteArray token;                          ///< empty: none
    std::chrono::milliseconds silence{30'000}; ///< without a byte for so long, a connection counts as broken
};

/// The headers of the answer that brings the bytes.
struct HttpAnswer {
    int status = 0; ///< 200, 206 or 416
    std::optional<qint64> length;
    QByteArray contentRange;
    QByteArray encoding; ///< empty: as it is
    QByteArray etag;     ///< of the server that sends the bytes, as it spells it
    /// What the Hub itself says of the file before it sends the reader on: its ETag without quotes, and its size.
    QByteArray homeEtag;
    std::optional<qint64> homeSize;
};

struct HttpFailure {
    enum class Kind {
        Unreachable, ///< no connection came about
        Broken,      ///< it broke off or fell silent
        Answer,      ///< the server answered that it will not
        Refused      ///< we will not: an unsafe redirect, a certificate that is not good
    };
    Kind kind = Kind::Broken;
    std::string detail = {};  ///< one clause, without the host
    std::string host = {};    ///< who failed; empty before anybody was asked
    int status = 0;           ///< of Kind::Answer
    QByteArray hubError = {}; ///< X-Error-Code: "GatedRepo", …
    std::optional<std::chrono::seconds> retryAfter = {};
};

/// One GET, over redirects that it judges itself: at most ten, never from https to http, plain http on this computer
/// only, and the token only to the Hub's own host and port. One of finished() and failed() comes, once, unless it is
/// aborted or deleted.
class HttpGet : public QObject {
    Q_OBJECT
public:
    using Headers = QList<QPair<QByteArray, QByteArray>>;

    HttpGet(QNetworkAccessManager& network, const HttpRules& rules, QObject* parent);
    ~HttpGet() override;

    void start(const QUrl& url, const Headers& headers = {});
    void abort();

signals:
    void answered(const HttpAnswer& answer); ///< before the first bytes
    void arrived(const QByteArray& bytes);
    void finished();
    void failed(const HttpFailure& failure);

private:
    void send(const QUrl& url);
    void readHead();
    void readBody();
    void end();
    void redirect();
    void fail(HttpFailure failure);
    void failStatus(int status);
    QByteArray header(const char* name) const;
    bool isHome(const QUrl& url) const;
    void noteHome(int status);

    QNetworkAccessManager& m_network;
    HttpRules m_rules;
    Headers m_headers;
    QNetworkReply* m_reply = nullptr;
    QTimer m_silence;
    HttpAnswer m_answer;
    int m_redirects = 0;
    bool m_answered = false;
};

} // namespace headscope
