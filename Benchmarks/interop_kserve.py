"""KServe's own client against Apus, in both of its protocols: prints each check with passed or failed.

    python Benchmarks/interop_kserve.py APUS
"""

import asyncio
import pathlib
import sys
from collections.abc import Awaitable, Callable

import httpx
import numpy as np
from kserve import InferInput, InferRequest, InferenceRESTClient
from kserve.inference_client import RESTConfig

from interop_checks import CNN, LSTM, Checks, finish
from interop_server import server


class KServeChecks(Checks):
    """InferenceRESTClient."""

    def ask(self, protocol: str, question: Callable[[InferenceRESTClient], Awaitable]) -> object:
        """What the client makes of an answer."""

        async def run() -> object:
            async with InferenceRESTClient(RESTConfig(protocol=protocol)) as client:
                return await question(client)

        return asyncio.run(run())

    def tensor(self, model: str) -> str:
        """The name of a model's input."""
        return self.json(f"/v2/models/{model}")["inputs"][0]["name"]

    def infer_request(self, count: int, binary: bool) -> InferRequest:
        tensor = InferInput(self.tensor(CNN), [count, 28, 28, 1], "FP32")
        tensor.set_data_from_numpy(self.images[:count], binary_data=binary)
        return InferRequest(model_name=CNN, infer_inputs=[tensor], request_id="k-1")

    def check_kserve_v1_predict(self) -> None:
        body = {"instances": self.images[:2].tolist()}
        answer = self.ask("v1", lambda client: client.infer(self.base, body, model_name=CNN))
        self.expect(np.array(answer["predictions"]), 2)

    def check_kserve_v1_model_ready(self) -> None:
        assert self.ask("v1", lambda client: client.is_model_ready(self.base, CNN)) is True

    def check_kserve_v1_errors(self) -> None:
        try:
            self.ask("v1", lambda client: client.infer(self.base, {"instances": []}, model_name=CNN))
        except httpx.HTTPStatusError as error:
            assert error.response.status_code == 400 and "instances" in str(error), error
            return
        raise AssertionError("was not refused")

    def check_kserve_v2_infer_json(self) -> None:
        request = self.infer_request(3, binary=False)
        answer = self.ask("v2", lambda client: client.infer(self.base, request, model_name=CNN))
        self.expect(answer.outputs[0].as_numpy(), 3)
        assert answer.id == "k-1" and answer.model_name == CNN

    def check_kserve_v2_infer_binary(self) -> None:
        request = self.infer_request(16, binary=True)
        answer = self.ask("v2", lambda client: client.infer(self.base, request, model_name=CNN))
        self.expect(answer.outputs[0].as_numpy().reshape(16, 10), 16)

    def check_kserve_v2_binary_answer(self) -> None:
        request = self.infer_request(2, binary=True)
        request.parameters = {"binary_data_output": True}
        answer = self.ask("v2", lambda client: client.infer(self.base, request, model_name=CNN))
        self.expect(answer.outputs[0].as_numpy().reshape(2, 10), 2)

    def check_kserve_v2_sequence(self) -> None:
        tensor = InferInput(self.tensor(LSTM), [2, 9, 1], "FP32")
        tensor.set_data_from_numpy(np.ones((2, 9, 1), dtype=np.float32), binary_data=False)
        request = InferRequest(model_name=LSTM, infer_inputs=[tensor])
        answer = self.ask("v2", lambda client: client.infer(self.base, request, model_name=LSTM))
        assert answer.outputs[0].as_numpy().shape == (2, 10)

    def check_kserve_v2_health(self) -> None:
        assert self.ask("v2", lambda client: client.is_server_live(self.base)) is True
        assert self.ask("v2", lambda client: client.is_server_ready(self.base)) is True
        assert self.ask("v2", lambda client: client.is_model_ready(self.base, CNN)) is True
        assert not self.ask("v2", lambda client: client.is_model_ready(self.base, "nobody"))


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python Benchmarks/interop_kserve.py APUS")
    with server(str(pathlib.Path(sys.argv[1]).resolve())) as (port, _):
        finish([KServeChecks(port).run()])


if __name__ == "__main__":
    main()
