FROM python:3.13.7-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mockserver mockserver
COPY novavms_mock novavms_mock
COPY contract_tests contract_tests
COPY spec spec
COPY fixtures fixtures
RUN python -m venv /opt/novavms && /opt/novavms/bin/pip install --no-cache-dir --no-compile '.[suite,postgres]'

FROM python:3.13.7-slim-bookworm
RUN useradd --uid 10001 --create-home novavms
COPY --from=build /opt/novavms /opt/novavms
ENV PATH=/opt/novavms/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001
WORKDIR /home/novavms
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=2)"]
CMD ["novavms-mock", "serve", "--host", "0.0.0.0", "--no-control"]
