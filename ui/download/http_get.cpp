// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/download/http_get.h"

#include <QHostAddress>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QNetworkRequest>

namespace headscope {

namespace {

constexpr int mostRedirects = 10;
/// The reply holds no more than this, so that a fast network does not fill the memory before a slow disk.
constexpr qint64 bufferSize = qint64{4} << 20;

bool isThisComputer(const QString& host) {
    return host.compare(QLatin1String("localhost"), Qt::CaseInsensitive) == 0 || QHostAddress(host).isLoopback();
}

bool isSafe(const QUrl& url) {
    return url.isValid() && (url.scheme() == QLatin1String("https") || (url.scheme() == QLatin1String("http") && isThisComputer(url.host())));
}

bool isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

QByteArray withoutQuotes(QByteArray etag) {
    if (etag.startsWith("W/")) etag.remove(0, 2);
    if (etag.size() >= 2 && etag.startsWith('"') && etag.endsWith('"')) etag = etag.mid(1, etag.size() - 2);
    return etag;
}

std::optional<qint64> size(const QByteArray& text) {
    bool isNumber = false;
    const qint64 number = text.toLongLong(&isNumber);
    return isNumber && number >= 0 ? std::optional(number) : std::nullopt;
}

HttpFailure explain(QNetworkReply::NetworkError error, const std::string& words) {
    using Kind = HttpFailure::Kind;
    switch (error) {
    case QNetworkReply::HostNotFoundError:
        return {Kind::Unreachable, "its address cannot be found; is this computer connected to a network?"};
    case QNetworkReply::ConnectionRefusedError:
        return {Kind::Unreachable, "nobody answers there"};
    case QNetworkReply::SslHandshakeFailedError:
        return {Kind::Refused, "no safe connection (" + words + "); is this computer's clock right?"};
    case QNetworkReply::ProxyConnectionRefusedError:
    case QNetworkReply::ProxyConnectionClosedError:
    case QNetworkReply::ProxyNotFoundError:
    case QNetworkReply::ProxyTimeoutError:
    case QNetworkReply::ProxyAuthenticationRequiredError:
    case QNetworkReply::UnknownProxyError:
        return {Kind::Refused, "the proxy does not let us through (" + words + ")"};
    default:
        return {Kind::Broken, "the connection broke off (" + words + ")"};
    }
}

} // namespace

HttpGet::HttpGet(QNetworkAccessManager& network, const HttpRules& rules, QObject* parent)
    : QObject(parent), m_network(network), m_rules(rules) {
    m_silence.setSingleShot(true);
    m_silence.setInterval(m_rules.silence);
    connect(&m_silence, &QTimer::timeout, this, [this] {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(m_rules.silence).count();
        fail({HttpFailure::Kind::Broken, "nothing came for " + std::to_string(seconds) + " seconds"});
    });
}

HttpGet::~HttpGet() {
    abort();
}

void HttpGet::start(const QUrl& url, const Headers& headers) {
    m_headers = headers;
    m_answer = {};
    m_redirects = 0;
    send(url);
}

void HttpGet::abort() {
    m_silence.stop();
    if (!m_reply) return;
    m_reply->disconnect(this);
    m_reply->deleteLater(); // which ends the connection; abort() in the middle of its signals makes Qt complain
    m_reply = nullptr;
}

void HttpGet::send(const QUrl& url) {
    abort();
    if (!isSafe(url)) {
        const QString shown = url.toDisplayString(QUrl::RemoveUserInfo | QUrl::RemoveQuery);
        fail({HttpFailure::Kind::Refused, "\"" + shown.toStdString() + "\" is not a safe (https) address"});
        return;
    }
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false); // plain ranges over one stream need no more
    request.setHeader(QNetworkRequest::UserAgentHeader, QStringLiteral("headscope/" HEADSCOPE_VERSION));
    request.setRawHeader("Accept-Encoding", "identity"); // compressed bytes have neither offsets nor a checksum
    for (const auto& [name, value] : m_headers) request.setRawHeader(name, value);
    if (!m_rules.token.isEmpty() && isHome(url)) request.setRawHeader("Authorization", "Bearer " + m_rules.token);
    m_answered = false;
    m_reply = m_network.get(request);
    m_reply->setReadBufferSize(bufferSize);
    connect(m_reply, &QNetworkReply::metaDataChanged, this, &HttpGet::readHead);
    connect(m_reply, &QNetworkReply::readyRead, this, &HttpGet::readBody);
    connect(m_reply, &QNetworkReply::finished, this, &HttpGet::end);
    m_silence.start();
}

void HttpGet::readHead() {
    const int status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (m_answered || status < 200) return;
    m_silence.start();
    if (isHome(m_reply->url())) noteHome(status);
    if (isRedirect(status)) return redirect();
    if (status != 200 && status != 206 && status != 416) return failStatus(status);
    m_answered = true;
    m_answer.status = status;
    m_answer.length = size(header("Content-Length"));
    m_answer.contentRange = header("Content-Range");
    m_answer.encoding = header("Content-Encoding");
    m_answer.etag = header("ETag");
    emit answered(m_answer);
}

/// A large file's address is one the Hub sends us on to, and it says then what lies there; a small one it sends itself.
void HttpGet::noteHome(int status) {
    if (const QByteArray linked = header("X-Linked-ETag"); !linked.isEmpty()) {
        m_answer.homeEtag = withoutQuotes(linked);
        m_answer.homeSize = size(header("X-Linked-Size"));
    } else if (!isRedirect(status) && m_answer.homeEtag.isEmpty()) {
        m_answer.homeEtag = withoutQuotes(header("ETag"));
    }
}

void HttpGet::readBody() {
    if (!m_reply || !m_answered) return;
    m_silence.start();
    const QByteArray bytes = m_reply->readAll();
    if (!bytes.isEmpty() && m_answer.status != 416) emit arrived(bytes);
}

void HttpGet::end() {
    readHead();
    if (!m_reply) return; // readHead() or whoever heard of it has ended it
    readBody();
    if (!m_reply) return;
    const QNetworkReply::NetworkError error = m_reply->error();
    const bool isComplete = m_answered && (error == QNetworkReply::NoError || m_answer.status == 416);
    if (!isComplete) return fail(explain(error, m_reply->errorString().toStdString()));
    abort();
    emit finished();
}

void HttpGet::redirect() {
    const QUrl from = m_reply->url();
    const QByteArray location = header("Location");
    if (++m_redirects > mostRedirects)
        return fail({HttpFailure::Kind::Refused, "sends us on in a circle (more than ten times)"});
    const QUrl to = from.resolved(QUrl::fromEncoded(location));
    if (location.isEmpty() || !to.isValid())
        return fail({HttpFailure::Kind::Refused, "sends us on without saying where to"});
    if (from.scheme() == QLatin1String("https") && to.scheme() != QLatin1String("https"))
        return fail({HttpFailure::Kind::Refused, "sends us on from https to an address that is not safe"});
    send(to);
}

void HttpGet::failStatus(int status) {
    HttpFailure failure;
    failure.kind = HttpFailure::Kind::Answer;
    failure.detail = "answers with HTTP status " + std::to_string(status);
    failure.status = status;
    failure.hubError = header("X-Error-Code");
    if (const std::optional<qint64> seconds = size(header("Retry-After")); seconds && *seconds < 1'000'000)
        failure.retryAfter = std::chrono::seconds(*seconds);
    fail(std::move(failure));
}

void HttpGet::fail(HttpFailure failure) {
    if (m_reply) failure.host = m_reply->url().host().toStdString();
    abort();
    emit failed(failure);
}

QByteArray HttpGet::header(const char* name) const {
    return m_reply->rawHeader(name);
}

bool HttpGet::isHome(const QUrl& url) const {
    const auto port = [](const QUrl& u) { return u.port(u.scheme() == QLatin1String("https") ? 443 : 80); };
    return url.scheme() == m_rules.home.scheme() && url.host() == m_rules.home.host() && port(url) == port(m_rules.home);
}

} // namespace headscope
