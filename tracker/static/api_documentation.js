// Draws the API's schema. Requests tried from the page are made as the person signed in.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api-documentation");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value; // of the button that signs out
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (token) {
        request.headers["X-CSRFToken"] = token;
      }
      return request;
    },
  });
});
