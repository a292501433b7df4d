//! Where the next page of a listing begins, of a page that can't be had.
//!
//! A key that the crate can't bear fails the whole page that it is on, and where the next page begins is lost with it.
//! S3 and Google can begin behind a key; Azure can't in the version that the crate speaks. So there the answer is read
//! on its way to the crate.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
    ReqwestConnector,
};
use serde::Deserialize;

/// Where that is written down: among the extensions of a request for a page.
#[derive(Debug, Clone, Default)]
pub(super) struct PageToken(Arc<Mutex<Option<Answer>>>);

/// An answer that has gone by: the token of the next page, if there is one.
type Answer = Option<String>;

impl PageToken {
    pub(super) fn set(&self, answer: Answer) {
        *self.0.lock().expect("BUG: poisoned token") = Some(answer);
    }

    /// That of the page that was asked for last.
    ///
    /// # Panics
    ///
    /// If no answer has gone by: what is behind the page would be hidden.
    pub(super) fn take(&self) -> Answer {
        let answer = self.0.lock().expect("BUG: poisoned token").take();
        answer.expect("BUG: no answer has gone by")
    }
}

/// The crate's own connections, to Azure.
#[derive(Debug)]
pub(super) struct Connector;

impl HttpConnector for Connector {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let client = ReqwestConnector::default().connect(options)?;
        Ok(HttpClient::new(Client(client)))
    }
}

#[derive(Debug)]
struct Client(HttpClient);

/// What is read of a page (<https://learn.microsoft.com/rest/api/storageservices/list-blobs>).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    next_marker: Option<String>,
}

#[async_trait]
impl HttpService for Client {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let token = request.extensions().get::<PageToken>().cloned();
        let response = self.0.execute(request).await?;
        let Some(token) = token.filter(|_| response.status().is_success()) else {
            return Ok(response);
        };
        let (head, body) = response.into_parts();
        let body = body.bytes().await?;
        let page: Page = quick_xml::de::from_reader(&*body)
            .map_err(|error| HttpError::new(HttpErrorKind::Decode, error))?;
        token.set(page.next_marker.filter(|marker| !marker.is_empty()));
        Ok(HttpResponse::from_parts(head, body.into()))
    }
}
