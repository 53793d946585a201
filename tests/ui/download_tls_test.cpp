// SPDX-License-Identifier: GPL-3.0-or-later
// What only shows over https: certificates, and being sent from there to where it is not safe.
#include "tests/core/io_fixture.h"
#include "tests/hub/fake_hub.h"
#include "ui/download/model_download.h"

#include <QEventLoop>
#include <QProcess>
#include <QSslConfiguration>
#include <QSslKey>
#include <QSslServer>
#include <QSslSocket>

using namespace headscope;
using namespace headscope::test;
using testing::HasSubstr;

namespace {

/// An https server whose every answer sends on to one address.
class DownloadTls : public testing::Test {
protected:
    DownloadTls() {
        const QString folderName = QString::fromStdString(folder.path().string());
        QProcess openssl;
        openssl.setWorkingDirectory(folderName);
        openssl.start(QStringLiteral("openssl"),
                      {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-newkey"), QStringLiteral("ec"),
                       QStringLiteral("-pkeyopt"), QStringLiteral("ec_paramgen_curve:prime256v1"), QStringLiteral("-nodes"),
                       QStringLiteral("-keyout"), QStringLiteral("key.pem"), QStringLiteral("-out"), QStringLiteral("cert.pem"),
                       QStringLiteral("-days"), QStringLiteral("2"), QStringLiteral("-subj"), QStringLiteral("/CN=localhost"),
                       QStringLiteral("-addext"), QStringLiteral("subjectAltName=DNS:localhost")});
        EXPECT_TRUE(openssl.waitForFinished() && openssl.exitCode() == 0) << "is openssl there?";
        certificate = QSslCertificate::fromPath(folderName + QStringLiteral("/cert.pem")).value(0);
        QSslConfiguration configuration;
        configuration.setLocalCertificate(certificate);
        configuration.setPrivateKey(QSslKey(QByteArray::fromStdString(readBytes(folder / "key.pem")), QSsl::Ec));
        server.setSslConfiguration(configuration);
        server.listen(QHostAddress::LocalHost);
        QObject::connect(&server, &QTcpServer::pendingConnectionAvailable, [this] {
            QTcpSocket* socket = server.nextPendingConnection();
            QObject::connect(socket, &QTcpSocket::readyRead, [this, socket] {
                received += socket->readAll();
                if (!received.endsWith("\r\n\r\n")) return;
                socket->write("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location + "\r\n\r\n");
            });
        });
    }
    ~DownloadTls() override { QSslConfiguration::setDefaultConfiguration(before); }

    void trust() {
        QSslConfiguration trusting = before;
        trusting.addCaCertificate(certificate);
        QSslConfiguration::setDefaultConfiguration(trusting);
    }
    std::string run() {
        ModelDownload download;
        QEventLoop loop;
        std::string message;
        QObject::connect(&download, &ModelDownload::failed, [&](const Error& error) {
            message = error.message();
            loop.quit();
        });
        QObject::connect(&download, &ModelDownload::finished, &loop, &QEventLoop::quit);
        DownloadRequest request;
        request.name = "org/tiny";
        request.folder = folder / "tiny";
        request.access.endpoint = "https://localhost:" + std::to_string(server.serverPort());
        request.access.token = "hf_secret";
        download.start(request);
        loop.exec();
        return message;
    }

    TempFolder folder;
    QSslServer server;
    QSslCertificate certificate;
    QByteArray received;
    QByteArray location;
    const QSslConfiguration before = QSslConfiguration::defaultConfiguration();
};

TEST_F(DownloadTls, ACertificateNobodyVouchesForIsRefused) {
    EXPECT_THAT(run(), HasSubstr("org/tiny: localhost: no safe connection ("));
    EXPECT_EQ(received, "") << "the token least of all";
}

TEST_F(DownloadTls, BeingSentToPlainHttpIsRefused) {
    FakeHub plain;
    plain.addModel("org/tiny", {{"config.json", "{}"}, {"model.safetensors", "x"}});
    location = QByteArray::fromStdString(plain.url() + FakeHub::listPath("org/tiny"));
    trust();
    EXPECT_THAT(run(), HasSubstr("org/tiny: localhost: sends us on from https to an address that is not safe"));
    EXPECT_TRUE(received.contains("Authorization: Bearer hf_secret")) << received.toStdString();
    EXPECT_TRUE(plain.requests().empty());
}

} // namespace
